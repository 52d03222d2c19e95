import { frameRecording, listRecordings, type Recording } from '@tollgate/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ChatReply,
  type ChatRequest,
  type Choice,
  collect,
  inputTokens,
  outputTokens,
  replay,
  type StopReason,
  type Usage,
} from '../src/chat/index.ts';
import { anthropicMessages, type Dialect, native, openAiChat } from '../src/dialects/index.ts';
import { type JsonValue, parseJson } from '../src/json/index.ts';
import { renderSse } from '../src/sse/index.ts';
import * as arbitrary from './arbitraries.ts';
import { ANSWERING, decodeStream, encodeStream, TARGET } from './codec-contract.ts';
import { checkChatGrammar, checkMessagesGrammar } from './grammars.ts';

const WHOLE = Number.MAX_SAFE_INTEGER;

/** By the parser that real bodies go through: absent and undefined are the same there. */
function asSent(value: unknown): JsonValue {
  const parsed = parseJson(JSON.stringify(value));
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.value;
}

function wholeOf(dialect: Dialect, body: unknown): ChatReply {
  const reply = dialect.decodeReply(asSent(body), TARGET);
  if (!reply.ok) throw new Error(JSON.stringify(reply.error));
  return reply.value;
}

function streamedOf(dialect: Dialect, text: string): ChatReply {
  const reply = collect(decodeStream(dialect, text, WHOLE));
  if (!reply.ok) throw new Error(JSON.stringify(reply.error));
  return reply.value;
}

/** What must survive between any two dialects: words, calls, why it stopped, and what it cost. */
const gist = (reply: ChatReply): unknown => ({
  ...gistOfChoice(reply.choices[0]),
  input: reply.usage === undefined ? 0 : inputTokens(reply.usage),
  output: reply.usage === undefined ? 0 : outputTokens(reply.usage),
});

function gistOfChoice(choice: Choice | undefined): object {
  const content = choice?.content ?? [];
  const said = (type: 'text' | 'reasoning'): string =>
    content.map((part) => (part.type === type ? (part.text ?? '') : '')).join('');
  const calls = content.flatMap((part) =>
    part.type === 'tool-call'
      ? [{ id: part.id, name: part.name, input: asSent(JSON.parse(part.argumentsJson || '{}')) }]
      : [],
  );
  // One recorded body holds calls that were answered on the way; a Chat client is told of calls.
  const isStop = choice?.stopReason === 'stop' && calls.length > 0;
  return {
    text: said('text'),
    thoughts: said('reasoning'),
    calls,
    stopReason: isStop ? 'tool-calls' : choice?.stopReason,
  };
}

const WAYS = [
  ['anthropic-messages', anthropicMessages, openAiChat, checkChatGrammar],
  ['openai-chat', openAiChat, anthropicMessages, checkMessagesGrammar],
] as const;

const recorded = (family: Recording['family']): readonly Recording[] =>
  listRecordings().filter((recording) => recording.family === family);

const bodiesOf = (family: Recording['family']): { name: string; body: unknown }[] =>
  recorded(family).flatMap(({ provider, name, body }) =>
    body === undefined ? [] : [{ name: `${provider}/${name}`, body }],
  );

/** All the streams of a recording: some hold several calls in a row. */
const streamsOf = (family: Recording['family']): { name: string; text: string }[] =>
  recorded(family).flatMap((recording) => {
    const streams: string[][] = [[]];
    for (const payload of recording.payloads ?? []) {
      streams.at(-1)?.push(payload);
      if (payload.includes('"type":"message_stop"')) streams.push([]);
    }
    return streams
      .filter((payloads) => payloads.length > 0)
      .map((payloads, index) => ({
        name: `${recording.provider}/${recording.name} (${index + 1})`,
        text: frameRecording({ ...recording, payloads }),
      }));
  });

describe.each(WAYS)('what providers of %s really sent', (family, source, face, checkGrammar) => {
  it.each(bodiesOf(family))('is the same whole reply in the other dialect: $name', ({ body }) => {
    const reply = wholeOf(source, body);

    expect(gist(wholeOf(face, face.encodeReply(reply, ANSWERING).value))).toEqual(gist(reply));
  });

  it.each(streamsOf(family))('is a stream of the other’s grammar: $name', ({ text }) => {
    const events = decodeStream(source, text, WHOLE);
    const wire = encodeStream(face, events);

    checkGrammar(wire);
    const reply = streamedOf(source, text);
    const seen = streamedOf(face, wire.map(renderSse).join(''));
    expect(gist(seen)).toEqual(gist(reply));
    expect(gist(wholeOf(face, face.encodeReply(reply, ANSWERING).value))).toEqual(gist(reply));
  });

  it.each(streamsOf(family))('is an error of the other dialect where it is cut: $name', (given) => {
    const frames = given.text.split('\n\n');
    const half = `${frames.slice(0, frames.length >> 1).join('\n\n')}\n\n`;
    const wire = encodeStream(face, decodeStream(source, half, WHOLE));

    expect(wire.map(({ data }) => data)).not.toContain('[DONE]');
    expect(wire.map(({ event }) => event)).not.toContain('message_stop');
    expect(JSON.parse(wire.at(-1)?.data ?? '')).toHaveProperty('error.message');
    const seen = decodeStream(face, wire.map(renderSse).join(''), WHOLE);
    expect(seen.at(-1)?.type).toBe('error');
  });
});

/** What each side must read of a reason, in its own words. */
const STOPS: readonly [StopReason, chat: string, messages: string][] = [
  ['stop', 'stop', 'end_turn'],
  ['length', 'length', 'max_tokens'],
  ['tool-calls', 'tool_calls', 'tool_use'],
  ['content-filter', 'content_filter', 'refusal'],
  ['refusal', 'content_filter', 'refusal'],
  ['pause', 'stop', 'pause_turn'],
];

describe('a reason to stop', () => {
  it.each(STOPS)('of %s is said as %s and as %s', (stopReason, chat, messages) => {
    const reply: ChatReply = {
      id: 'r',
      model: 'm',
      choices: [{ content: [{ type: 'text', text: 'a' }], stopReason }],
    };

    const inChat = openAiChat.encodeReply(reply, ANSWERING).value;
    const inMessages = anthropicMessages.encodeReply(reply, ANSWERING).value;
    const lastOf = (dialect: Dialect): string =>
      encodeStream(dialect, replay(reply))
        .map(({ data }) => data)
        .join('\n');

    expect(inChat).toMatchObject({ choices: [{ finish_reason: chat }] });
    expect(inMessages).toMatchObject({ stop_reason: messages });
    expect(lastOf(openAiChat)).toContain(`"finish_reason":"${chat}"`);
    expect(lastOf(anthropicMessages)).toContain(`"stop_reason":"${messages}"`);
  });

  it('is the provider’s own where both dialects have the word, and a stop sequence stays a stop', () => {
    const stopped = wholeOf(anthropicMessages, {
      content: [{ type: 'text', text: 'a' }],
      stop_reason: 'stop_sequence',
      stop_sequence: 'END',
    });
    const full = wholeOf(anthropicMessages, {
      content: [],
      stop_reason: 'model_context_window_exceeded',
    });
    const reason = (reply: ChatReply): unknown =>
      wholeOf(openAiChat, openAiChat.encodeReply(reply, ANSWERING).value).choices[0]?.rawReason;

    expect([reason(stopped), reason(full)]).toEqual(['stop', 'length']);
  });
});

describe('usage', () => {
  const count = fc.nat({ max: 100_000 });
  const wireUsage = fc.record(
    {
      input_tokens: count,
      cache_read_input_tokens: count,
      cache_creation_input_tokens: count,
      output_tokens: count,
      output_tokens_details: fc.record({ thinking_tokens: count }),
    },
    { requiredKeys: ['input_tokens', 'output_tokens'], noNullPrototype: true },
  );
  const usageOf = (
    dialect: Pick<Dialect, 'encodeReply'>,
    usage: Usage,
  ): { readonly [name: string]: JsonValue } => {
    const reply: ChatReply = {
      id: 'r',
      model: 'm',
      choices: [{ content: [{ type: 'text', text: 'a' }], stopReason: 'stop' }],
      usage,
    };
    return Object.fromEntries(
      Object.entries(dialect.encodeReply(reply, ANSWERING).value['usage'] ?? {}),
    );
  };
  const read = (dialect: Dialect, body: object): Usage => {
    const { usage } = wholeOf(dialect, { ...body, model: 'm' });
    if (usage === undefined) throw new Error('no usage');
    return usage;
  };

  it('of Messages, whose input leaves the cache out, is Chat’s, whose input includes it', () => {
    fc.assert(
      fc.property(wireUsage, (wire) => {
        const chat = usageOf(openAiChat, read(anthropicMessages, { content: [], usage: wire }));

        const cached = wire.cache_read_input_tokens ?? 0;
        const input = wire.input_tokens + cached + (wire.cache_creation_input_tokens ?? 0);
        expect(chat).toMatchObject({
          prompt_tokens: input,
          completion_tokens: wire.output_tokens,
          total_tokens: input + wire.output_tokens,
          ...(cached === 0 ? {} : { prompt_tokens_details: { cached_tokens: cached } }),
        });
        const { prompt_tokens, completion_tokens } = usageOf(
          native,
          read(anthropicMessages, { content: [], usage: wire }),
        );
        expect([prompt_tokens, completion_tokens]).toEqual([input, wire.output_tokens]);
      }),
    );
  });

  it('comes back from the other dialect with every class that both know', () => {
    fc.assert(
      fc.property(wireUsage, (wire) => {
        const usage = read(anthropicMessages, { content: [], usage: wire });
        const choices = [{ message: { content: 'a' }, finish_reason: 'stop' }];

        const again = read(openAiChat, { choices, usage: usageOf(openAiChat, usage) });

        expect(usageOf(anthropicMessages, again)).toEqual(usageOf(anthropicMessages, usage));
      }),
    );
  });
});

/** Requests in the words that both dialects have. */
const sharedRequest = arbitrary.arbitraryRequest({
  userParts: [
    fc.constantFrom(
      {
        type: 'media' as const,
        kind: 'image' as const,
        source: { type: 'base64' as const, data: 'iVBORw0KGgo=' },
        mediaType: 'image/png',
      },
      {
        type: 'media' as const,
        kind: 'image' as const,
        source: { type: 'url' as const, url: 'https://example.com/a.png' },
      },
    ),
  ],
  assistantParts: [],
  settings: fc.record(
    {
      maxOutputTokens: fc.integer({ min: 1, max: 100_000 }),
      temperature: fc.constantFrom(0, 0.5, 1),
      stopSequences: fc.constant(['END', 'STOP']),
      parallelToolCalls: fc.boolean(),
      output: fc.constant({
        type: 'json-schema' as const,
        name: 'response',
        schema: { type: 'object' },
      }),
      endUser: fc.constant('u1'),
    },
    { requiredKeys: ['maxOutputTokens'], noNullPrototype: true },
  ),
});

function through(dialect: Dialect, request: ChatRequest): ChatRequest {
  const encoded = dialect.encodeRequest(request, { ...TARGET, model: request.model });
  if (!encoded.ok) throw new Error(encoded.error.kind);
  const body = asSent(encoded.value.value);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new Error('no body');
  const decoded = dialect.decodeRequest(Object.fromEntries(Object.entries(body)));
  if (!decoded.ok) throw new Error(JSON.stringify(decoded.error));
  return decoded.value.request;
}

/** Who said what, in order, with the parts of neighbours as one: dialects group them differently. */
function conversation(request: ChatRequest): unknown {
  const turns: { role: string; parts: unknown[] }[] = [];
  for (const { role, content } of request.messages) {
    const parts = content.map((part) =>
      part.type === 'tool-call'
        ? { ...part, argumentsJson: asSent(JSON.parse(part.argumentsJson)) }
        : part,
    );
    const last = turns.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else turns.push({ role, parts });
  }
  const { tools, temperature, maxOutputTokens, stopSequences, endUser, stream } = request;
  const texts = turns.map(({ role, parts }) => ({ role, parts: joinTexts(role, parts) }));
  return { texts, tools, temperature, maxOutputTokens, stopSequences, endUser, stream };
}

/** Of an assistant's texts Chat makes one. */
const joinTexts = (role: string, parts: readonly unknown[]): readonly unknown[] =>
  role === 'assistant'
    ? [
        parts.map((part) => (isText(part) ? part.text : '')).join(''),
        ...parts.filter((part) => !isText(part)),
      ]
    : parts;

const isText = (part: unknown): part is { readonly text: string } =>
  typeof part === 'object' && part !== null && 'type' in part && part.type === 'text';

describe('a request that both dialects have words for', () => {
  it('is the same conversation after either, and after both', () => {
    fc.assert(
      fc.property(sharedRequest, (request) => {
        const asked = conversation(request);

        expect(conversation(through(openAiChat, request))).toEqual(asked);
        expect(conversation(through(anthropicMessages, through(openAiChat, request)))).toEqual(
          asked,
        );
        expect(conversation(through(openAiChat, through(anthropicMessages, request)))).toEqual(
          asked,
        );
      }),
    );
  });

  it('is one that the Messages API takes: turns alternate, and results answer all calls at once', () => {
    fc.assert(
      fc.property(sharedRequest, (request) => {
        const encoded = anthropicMessages.encodeRequest(through(openAiChat, request), TARGET);
        if (!encoded.ok) throw new Error(encoded.error.kind);
        const { messages } = JSON.parse(JSON.stringify(encoded.value.value));
        const idsOf = (message: { content: { type: string }[] }, type: string, id: string) =>
          message.content.filter((block) => block.type === type).map((b) => Reflect.get(b, id));

        for (const [index, message] of messages.entries()) {
          expect(message.role).toBe(index % 2 === 0 ? 'user' : 'assistant');
          const calls = idsOf(message, 'tool_use', 'id');
          if (message.role !== 'assistant' || calls.length === 0) continue;
          const next = messages[index + 1];
          expect(idsOf(next, 'tool_result', 'tool_use_id')).toEqual(calls);
          const types = next.content.map(({ type }: { type: string }) => type);
          expect(types.lastIndexOf('tool_result')).toBe(calls.length - 1);
        }
      }),
    );
  });
});

describe('a Chat request with all that is awkward', () => {
  const chat = {
    model: 'm',
    max_completion_tokens: 9000,
    temperature: 0.2,
    stop: ['END'],
    reasoning_effort: 'low',
    parallel_tool_calls: false,
    tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
    tool_choice: 'auto',
    messages: [
      { role: 'system', content: 'one' },
      { role: 'user', content: [{ type: 'text', text: 'look' }, imageUrl('AAAA')] },
      {
        role: 'assistant',
        content: null,
        reasoning_content: 'unsigned',
        tool_calls: [call('a', '{"x":1}'), call('b', '')],
      },
      { role: 'developer', content: 'two' },
      { role: 'tool', tool_call_id: 'b', content: [{ type: 'text', text: 'B' }] },
      { role: 'tool', tool_call_id: 'a', content: 'A' },
      { role: 'user', content: 'and now?' },
    ],
  };

  function imageUrl(data: string) {
    return { type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } };
  }
  function call(id: string, text: string) {
    return { id, type: 'function', function: { name: 'f', arguments: text } };
  }

  it('is the Messages request that its types ask for, and says what it lost', () => {
    const decoded = openAiChat.decodeRequest(chat);
    if (!decoded.ok) throw new Error(JSON.stringify(decoded.error));
    const encoded = anthropicMessages.encodeRequest(decoded.value.request, {
      ...TARGET,
      model: 'claude',
    });

    expect(encoded).toMatchObject({ ok: true });
    if (!encoded.ok) return;
    const text = (value: string) => ({ type: 'text', text: value });
    expect(encoded.value.value).toEqual({
      model: 'claude',
      max_tokens: 9000,
      system: [text('one'), text('two')],
      messages: [
        {
          role: 'user',
          content: [
            text('look'),
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: 'a', name: 'f', input: { x: 1 } },
            { type: 'tool_use', id: 'b', name: 'f', input: {} },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 'b', content: [text('B')] },
            { type: 'tool_result', tool_use_id: 'a', content: [text('A')] },
            text('and now?'),
          ],
        },
      ],
      stop_sequences: ['END'],
      tools: [{ name: 'f', input_schema: { type: 'object' } }],
      tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      thinking: { type: 'adaptive' },
      output_config: { effort: 'low' },
    });
    expect(encoded.value.losses.map(({ path, action }) => `${path} ${action}`)).toEqual([
      'messages[2].content[0] dropped',
      'messages[3] moved',
      'temperature dropped',
    ]);
  });
});

describe('parallel calls in a stream', () => {
  it('keep Chat’s indexes, ids and arguments when Messages tells them as blocks', () => {
    const frame = (type: string, fields: object): string =>
      renderSse({ event: type, data: JSON.stringify({ type, ...fields }) });
    const use = (index: number, id: string, pieces: readonly string[]): string =>
      frame('content_block_start', {
        index,
        content_block: { type: 'tool_use', id, name: 'f', input: {} },
      }) +
      pieces
        .map((partial_json) =>
          frame('content_block_delta', {
            index,
            delta: { type: 'input_json_delta', partial_json },
          }),
        )
        .join('') +
      frame('content_block_stop', { index });
    const text =
      frame('message_start', { message: { id: 'm', model: 'm', content: [] } }) +
      frame('content_block_start', { index: 0, content_block: { type: 'text', text: 'so' } }) +
      frame('content_block_stop', { index: 0 }) +
      use(1, 'a', ['{"x"', ':1}']) +
      use(2, 'b', []) +
      frame('message_delta', { delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 3 } }) +
      frame('message_stop', {});

    const wire = encodeStream(openAiChat, decodeStream(anthropicMessages, text, 7));

    checkChatGrammar(wire);
    const deltas = wire.flatMap(({ data }) =>
      data === '[DONE]' ? [] : (JSON.parse(data).choices[0]?.delta?.tool_calls ?? []),
    );
    expect(deltas.map(({ index, id }) => [index, id ?? null])).toEqual([
      [0, 'a'],
      [0, null],
      [0, null],
      [1, 'b'],
      [1, null],
    ]);
    expect(gistOfChoice(streamedOf(openAiChat, wire.map(renderSse).join('')).choices[0])).toEqual({
      text: 'so',
      thoughts: '',
      calls: [
        { id: 'a', name: 'f', input: { x: 1 } },
        { id: 'b', name: 'f', input: {} },
      ],
      stopReason: 'tool-calls',
    });
  });
});

it('costs a long list of allowed tools no more than its length', () => {
  const names = Array.from({ length: 50_000 }, (_, index) => `f${index}`);
  const request: ChatRequest = {
    model: 'm',
    stream: false,
    messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
    tools: names.map((name) => ({ type: 'function', name })),
    toolChoice: { type: 'allowed', mode: 'auto', names: names.toReversed() },
  };

  for (const dialect of [openAiChat, anthropicMessages]) {
    expect(dialect.encodeRequest(request, TARGET)).toMatchObject({ ok: true });
  }
}, 5_000);
