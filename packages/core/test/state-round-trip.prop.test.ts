import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatReply, ContentPart, Message, ProviderState } from '../src/chat/index.ts';
import {
  anthropicMessages,
  type Dialect,
  gemini,
  openAiChat,
  openAiResponses,
  type Target,
} from '../src/dialects/index.ts';
import type { JsonValue } from '../src/json/index.ts';
import { carrying, openRequest } from '../src/state/index.ts';
import { TARGET } from './codec-contract.ts';
import { CLIENTS, type EmulatedClient } from './emulated-clients.ts';
import { plainSealer } from './plain-sealer.ts';

/*
 * A loop of tools over several turns, by a client of each face, with a provider of each dialect that
 * has state: what the provider is sent is what it would be sent by who speaks its own dialect.
 */

const target: Target = {
  ...TARGET,
  model: 'gemini-3-pro',
  origin: { provider: 'p', account: 'a', model: 'gemini-3-pro' },
};
const stateOf = (kind: ProviderState['kind'], data: string): ProviderState => ({
  origin: target.origin,
  kind,
  data,
});

const opaque = fc.stringMatching(/^[A-Za-z0-9+/]{1,40}={0,2}$/);
const longOpaque = fc
  .tuple(opaque, fc.constantFrom(1, 60))
  .map(([one, times]) => one.repeat(times));
const words = fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) => `.${text}`);
const args = fc
  .dictionary(fc.stringMatching(/^[a-z]{1,4}$/), fc.oneof(words, fc.integer()), { maxKeys: 2 })
  .map((value) => JSON.stringify(value));

/** What a detail of Chat's is known by, beside its words and its proof. */
const detailOf = (type: string, index: number): ProviderState =>
  stateOf('item-id', JSON.stringify({ type, format: 'f', index }));

interface Provider {
  readonly name: string;
  readonly dialect: Dialect;
  readonly history: 'messages' | 'input' | 'contents';
  /** It takes several messages of the model in a row, as some clients keep them. */
  readonly keepsMessages?: true;
  /** Thoughts before a text or a call; each with a number that is its own. */
  readonly thought: fc.Arbitrary<(serial: number) => readonly ContentPart[]>;
  readonly signs?: (call: ContentPart, data: string) => ContentPart;
}

const PROVIDERS: readonly Provider[] = [
  {
    name: 'anthropic-messages',
    dialect: anthropicMessages,
    history: 'messages',
    thought: fc.oneof(
      fc.tuple(words, longOpaque).map(([text, data]) => (): readonly ContentPart[] => [
        { type: 'reasoning', text, state: [stateOf('signature', data)] },
      ]),
      longOpaque.map((data) => (): readonly ContentPart[] => [
        { type: 'reasoning', state: [stateOf('encrypted', data)] },
      ]),
    ),
  },
  {
    name: 'openai-responses',
    dialect: openAiResponses,
    history: 'input',
    thought: fc
      .tuple(fc.array(words, { maxLength: 2 }), longOpaque)
      .map(([texts, data]) => (serial): readonly ContentPart[] => {
        const told = texts.length === 0 ? [undefined] : texts;
        return told.map((text, index) => ({
          type: 'reasoning',
          ...(text === undefined ? {} : { text, form: 'summary' as const }),
          state: [
            stateOf('item-id', `rs_${serial}`),
            ...(index === told.length - 1 ? [stateOf('encrypted', data)] : []),
          ],
        }));
      }),
  },
  {
    name: 'openai-chat',
    dialect: openAiChat,
    history: 'messages',
    keepsMessages: true,
    thought: fc.oneof(
      fc
        .tuple(words, longOpaque)
        .map(([text, data]) => (serial: number): readonly ContentPart[] => [
          {
            type: 'reasoning',
            text,
            state: [detailOf('reasoning.text', serial), stateOf('signature', data)],
          },
        ]),
      longOpaque.map((data) => (serial: number): readonly ContentPart[] => [
        {
          type: 'reasoning',
          state: [detailOf('reasoning.encrypted', serial), stateOf('encrypted', data)],
        },
      ]),
    ),
  },
  {
    name: 'gemini',
    dialect: gemini,
    history: 'contents',
    thought: fc.tuple(words, longOpaque).map(([text, data]) => (): readonly ContentPart[] => [
      { type: 'reasoning', text, form: 'summary', state: [stateOf('thought-signature', data)] },
    ]),
    signs: (call, data) => ({ ...call, state: [stateOf('thought-signature', data)] }),
  },
];

/** A turn that ends in calls: thoughts and texts in any order between them. */
const turn = (provider: Provider) =>
  fc.array(
    fc.record({
      thought: fc.option(provider.thought, { nil: undefined }),
      text: fc.option(words, { nil: undefined }),
      input: args,
      signature: fc.option(longOpaque, { nil: undefined }),
    }),
    { minLength: 1, maxLength: 3 },
  );

/** What a Chat client shows of a turn that nothing is carried for: one text, then the calls. */
const plainly = (pieces: Turn, provider: Provider): Turn => {
  const hasState = pieces.some(
    ({ thought, signature }) =>
      thought !== undefined || (provider.signs !== undefined && signature !== undefined),
  );
  if (!hasState && provider.keepsMessages === true) {
    return pieces.slice(0, 1).map((piece) => ({ ...piece, text: undefined }));
  }
  return hasState
    ? pieces
    : pieces.map((piece, at) => (at === 0 ? piece : { ...piece, text: undefined }));
};

type Turn = ReturnType<typeof turn> extends fc.Arbitrary<infer T> ? T : never;

function replyOf(pieces: Turn, at: number, provider: Provider): ChatReply {
  const content = pieces.flatMap(({ thought, text, input, signature }, index) => {
    const serial = at * 10 + index;
    const call: ContentPart = {
      type: 'tool-call',
      id: `call_${serial}`,
      name: `tool_${serial}`,
      argumentsJson: input,
    };
    const isSigned = provider.signs !== undefined && signature !== undefined;
    return [
      ...(thought?.(serial) ?? []),
      ...(text === undefined ? [] : [{ type: 'text' as const, text }]),
      isSigned ? (provider.signs?.(call, signature) ?? call) : call,
    ];
  });
  return { id: `r${at}`, model: 'm', choices: [{ content, stopReason: 'tool-calls' }] };
}

function directly(replies: readonly ChatReply[], provider: Provider): readonly JsonValue[] {
  const messages = replies.flatMap((reply): readonly Message[] => {
    const content = reply.choices[0]?.content ?? [];
    return [
      { role: 'assistant', content },
      ...content.flatMap((part): readonly Message[] =>
        part.type === 'tool-call' ? [{ role: 'tool', content: [resultOf(part.id)] }] : [],
      ),
    ];
  });
  const user: Message = { role: 'user', content: [{ type: 'text', text: 'What is the weather?' }] };
  return encoded([user, ...messages], provider);
}

const resultOf = (callId: string): ContentPart => ({
  type: 'tool-result',
  callId,
  content: [{ type: 'text', text: 'Fine.' }],
});

function encoded(messages: readonly Message[], provider: Provider): readonly JsonValue[] {
  const request = { model: 'm', messages, stream: false, maxOutputTokens: 10 };
  const body = provider.dialect.encodeRequest(request, target);
  const list = body.ok ? body.value.value[provider.history] : undefined;
  if (!Array.isArray(list)) throw new Error('no history');
  return list;
}

/** The history that the provider is sent with each turn of a client, the last included. */
function throughFace(
  replies: readonly ChatReply[],
  client: EmulatedClient,
  provider: Provider,
): readonly (readonly JsonValue[])[] {
  const sealer = plainSealer();
  const encoder = carrying(client.face, provider.dialect.statePlaces, sealer);
  const sent: (readonly JsonValue[])[] = [];
  let history: Parameters<EmulatedClient['request']>[0] = [];
  for (const reply of [...replies, undefined]) {
    const decoded = client.face.decodeRequest(client.request(history));
    if (!decoded.ok) throw new Error(JSON.stringify(decoded.error));
    const opened = openRequest(decoded.value.request, sealer);
    expect(opened.losses).toEqual([]);
    sent.push(encoded(opened.request.messages, provider));
    if (reply === undefined) break;
    const kept = client.keep(reply, encoder);
    history = [...history, ...kept, ...client.results(kept)];
  }
  return sent;
}

/** Some faces give calls ids of their own, where nothing has to be carried. */
const withoutIds = (value: JsonValue): JsonValue =>
  JSON.parse(
    JSON.stringify(value, (name, inner) =>
      /^(tool_use_|tool_call_|call_)?id$/.test(name) && !/^rs_/.test(inner) ? 'id' : inner,
    ),
  );

describe.each(PROVIDERS)('state of $name', (provider) => {
  it.each(CLIENTS)('comes back unchanged by way of a client of $name', (client) => {
    fc.assert(
      fc.property(fc.array(turn(provider), { minLength: 1, maxLength: 3 }), (turns) => {
        const replies = turns.map((one, at) => replyOf(plainly(one, provider), at, provider));
        const sent = throughFace(replies, client, provider).at(-1) ?? [];
        expect(withoutIds(sent)).toEqual(withoutIds(directly(replies, provider)));
      }),
      { numRuns: 60 },
    );
  });

  it.each(CLIENTS)('leaves the history of $name append-only', (client) => {
    fc.assert(
      fc.property(fc.array(turn(provider), { minLength: 1, maxLength: 3 }), (turns) => {
        const replies = turns.map((one, at) => replyOf(plainly(one, provider), at, provider));
        const sent = throughFace(replies, client, provider);
        for (const [at, longer] of sent.slice(1).entries()) {
          const before = sent[at] ?? [];
          expect(longer.slice(0, before.length)).toEqual(before);
        }
      }),
      { numRuns: 30 },
    );
  });
});
