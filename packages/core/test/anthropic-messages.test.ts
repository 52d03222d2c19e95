import { frameRecording, listRecordings, type Recording } from '@tollgate/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ContentPart, collect, replay, type StreamEvent } from '../src/chat/index.ts';
import { anthropicMessages } from '../src/dialects/anthropic-messages/index.ts';
import type { JsonValue } from '../src/json/index.ts';
import type { SseEvent } from '../src/sse/index.ts';
import * as arbitrary from './arbitraries.ts';
import { ANSWERING, describeDialect, encodeStream } from './codec-contract.ts';
import { checkMessagesGrammar } from './grammars.ts';

const recordings = listRecordings('anthropic').filter(
  ({ family }) => family === 'anthropic-messages',
);

/** One recording holds the streams of several calls in a row. */
function streamsOf(recording: Recording): { name: string; text: string }[] {
  const calls: string[][] = [[]];
  for (const payload of recording.payloads ?? []) {
    calls.at(-1)?.push(payload);
    if (payload.includes('"type":"message_stop"')) calls.push([]);
  }
  return calls
    .filter((payloads) => payloads.length > 0)
    .map((payloads, index) => ({
      name: index === 0 ? recording.name : `${recording.name} (${index + 1})`,
      text: frameRecording({ ...recording, payloads }),
    }));
}

const signedThought = arbitrary.withState(arbitrary.plainReasoningPart, 'signature');
const redactedThought = arbitrary.withState(
  fc.constant({ type: 'reasoning' as const }),
  'encrypted',
);

const citedText = fc.tuple(arbitrary.jsonObject, fc.webUrl()).map(([fields, url]): ContentPart => {
  const value = { ...fields, type: 'web_search_result_location', url, cited_text: 'c' };
  return {
    type: 'text',
    text: 'said',
    annotations: [
      {
        kind: 'url-citation',
        url,
        citedText: 'c',
        raw: { dialect: 'anthropic-messages', value },
      },
    ],
  };
});

/** A tool that the provider ran, as it stands on the wire. */
const serverTool = arbitrary.jsonObject.map((input) => ({
  type: 'server-tool' as const,
  role: 'call' as const,
  id: 'srvtoolu_1',
  name: 'web_search',
  dialect: 'anthropic-messages',
  raw: { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input },
}));

const image = fc.constantFrom(
  {
    type: 'media' as const,
    kind: 'image' as const,
    source: { type: 'base64' as const, data: 'iVBORw0KGgo=' },
    mediaType: 'image/png',
    cache: { lifetime: '1h' as const },
  },
  {
    type: 'media' as const,
    kind: 'file' as const,
    source: { type: 'url' as const, url: 'https://example.com/a.pdf' },
    name: 'a',
  },
);

const replyWords = {
  parts: [
    arbitrary.spokenTextPart,
    citedText,
    arbitrary.plainReasoningPart,
    signedThought,
    redactedThought,
    arbitrary.toolCallPart,
    serverTool,
  ],
  stops: [
    { stopReason: 'stop' as const },
    { stopReason: 'length' as const },
    { stopReason: 'tool-calls' as const, rawReason: 'tool_use' },
    { stopReason: 'pause' as const },
    { stopReason: 'refusal' as const },
  ],
  maxChoices: 1,
  usage: arbitrary.anyUsage,
};

describeDialect('anthropic-messages', anthropicMessages, {
  streams: recordings.flatMap(streamsOf),
  bodies: recordings.flatMap(({ name, body }) =>
    body === undefined ? [] : [{ name, body: body as JsonValue }],
  ),
  reply: replyWords,
  request: {
    userParts: [image],
    assistantParts: [signedThought, redactedThought, serverTool],
    settings: fc.record(
      {
        maxOutputTokens: fc.integer({ min: 1, max: 100_000 }),
        temperature: fc.constantFrom(0, 0.5, 1),
        topK: fc.integer({ min: 1, max: 40 }),
        stopSequences: fc.constant(['END']),
        endUser: fc.constant('u1'),
        serviceTier: fc.constant('default'),
        output: fc.constant({
          type: 'json-schema' as const,
          schema: { type: 'object', additionalProperties: false },
        }),
        rest: fc.constant({ dialect: 'anthropic-messages', fields: { inference_geo: 'eu' } }),
      },
      { requiredKeys: ['maxOutputTokens'], noNullPrototype: true },
    ),
  },
  vocabulary: [
    'type',
    'message',
    'message_start',
    'message_delta',
    'message_stop',
    'content_block_start',
    'content_block_delta',
    'content_block_stop',
    'content_block',
    'index',
    'delta',
    'content',
    'role',
    'user',
    'assistant',
    'text',
    'text_delta',
    'thinking',
    'thinking_delta',
    'signature',
    'input_json_delta',
    'partial_json',
    'tool_use',
    'tool_result',
    'server_tool_use',
    'input',
    'id',
    'name',
    'tool_use_id',
    'usage',
    'input_tokens',
    'output_tokens',
    'stop_reason',
    'error',
    'citations',
    'source',
    'image',
    'document',
    'cache_control',
  ],
  checkGrammar: checkMessagesGrammar,
});

describe('anthropic-messages, encoding parts that overlap', () => {
  /** Moves the events of each part about, keeping their own order. */
  const interleaved = fc
    .tuple(arbitrary.arbitraryReply(replyWords), fc.infiniteStream(fc.nat()))
    .map(([reply, draws]) => {
      const events = replay(reply);
      const lanes = new Map<number, StreamEvent[]>();
      for (const event of events) {
        if ('part' in event) lanes.set(event.part, [...(lanes.get(event.part) ?? []), event]);
      }
      const mixed: StreamEvent[] = [];
      for (
        let open = [...lanes.values()];
        open.length > 0;
        open = open.filter((l) => l.length > 0)
      ) {
        const lane = open[Number(draws.next().value) % open.length];
        const event = lane?.shift();
        if (event !== undefined) mixed.push(event);
      }
      const outside = events.filter((event) => !('part' in event));
      return { reply, events: [...outside.slice(0, 1), ...mixed, ...outside.slice(1)] };
    });

  it('keeps the grammar, and every part whole', () => {
    fc.assert(
      fc.property(interleaved, ({ reply, events }) => {
        const encoded = encodeStream(anthropicMessages, events);

        checkMessagesGrammar(encoded);
        const texts = (from: readonly SseEvent[]): string[] =>
          from.flatMap(({ data }) => JSON.parse(data).delta?.text ?? []).sort();
        expect(texts(encoded)).toEqual(texts(encodeStream(anthropicMessages, replay(reply))));
      }),
    );
  });
});

describe('anthropic-messages, what it can not say in a reply', () => {
  const words = {
    ...replyWords,
    maxChoices: 2,
    parts: [
      ...replyWords.parts,
      arbitrary.annotatedTextPart,
      arbitrary.refusalPart,
      arbitrary.mediaPart,
      arbitrary.serverToolPart('openai-responses'),
      arbitrary.mcpTurn('openai-responses'),
      arbitrary.opaquePart('openai-chat'),
      arbitrary.withState(arbitrary.toolCallPart, 'encrypted'),
    ],
  };

  it('tells of the same losses in a stream as in a whole reply', () => {
    fc.assert(
      fc.property(arbitrary.arbitraryReply(words), (reply) => {
        const first = { ...reply, choices: reply.choices.slice(0, 1) };
        const whole = anthropicMessages.encodeReply(first, ANSWERING).losses;
        const encoder = anthropicMessages.createStreamEncoder(ANSWERING);
        for (const event of replay(first)) encoder.push(event);

        const paths = (losses: typeof whole): string[] =>
          [...new Set(losses.map(({ path, weight }) => `${path} ${weight}`))].sort();
        expect(paths(encoder.losses())).toEqual(paths(whole));
      }),
    );
  });

  it('collects to the same reply all the same', () => {
    fc.assert(
      fc.property(arbitrary.arbitraryReply(words), (reply) => {
        const encoded = encodeStream(anthropicMessages, replay(reply));
        checkMessagesGrammar(encoded);
        expect(collect(replay(reply)).ok).toBe(true);
      }),
    );
  });
});
