import { frameRecording, listRecordings } from '@tollgate/testkit';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { ContentPart } from '../src/chat/index.ts';
import { cohereChat } from '../src/dialects/cohere-chat/index.ts';
import type { JsonValue } from '../src/json/index.ts';
import type { SseEvent } from '../src/sse/index.ts';
import * as arbitrary from './arbitraries.ts';
import { describeDialect } from './codec-contract.ts';

const recordings = listRecordings('cohere').filter(({ family }) => family === 'cohere-chat');

const drawn = fc.tuple(fc.webUrl(), fc.nat({ max: 3 }), arbitrary.jsonObject);

const citedText = drawn.map(([url, start, fields]): ContentPart => {
  const value = {
    ...fields,
    start,
    end: start + 2,
    text: 'was said'.slice(start, start + 2),
    sources: [{ type: 'document', id: 'doc:0', document: { title: 't', url } }],
  };
  return {
    type: 'text',
    text: 'was said',
    annotations: [
      {
        kind: 'url-citation',
        start,
        end: start + 2,
        url,
        title: 't',
        raw: { dialect: 'cohere-chat', value },
      },
    ],
  };
});

const unknownBlock = fc.string().map(
  (value): ContentPart => ({
    type: 'opaque',
    dialect: 'cohere-chat',
    raw: { type: 'hologram', value },
  }),
);

/** Calls stand last here. */
const arrange = (content: readonly ContentPart[]): readonly ContentPart[] => [
  ...content.filter(({ type }) => type !== 'tool-call'),
  ...content.filter(({ type }) => type === 'tool-call'),
];

const image = fc.constantFrom(
  {
    type: 'media' as const,
    kind: 'image' as const,
    source: { type: 'base64' as const, data: 'iVBORw0KGgo=' },
    mediaType: 'image/png',
    detail: 'low',
  },
  {
    type: 'media' as const,
    kind: 'image' as const,
    source: { type: 'url' as const, url: 'https://example.com/a.png' },
  },
);

describeDialect('cohere-chat', cohereChat, {
  streams: recordings
    .filter(({ payloads }) => payloads !== undefined)
    .map((recording) => ({ name: recording.name, text: frameRecording(recording) })),
  bodies: recordings.flatMap(({ name, body }) =>
    body === undefined ? [] : [{ name, body: body as JsonValue }],
  ),
  reply: {
    parts: [
      arbitrary.spokenTextPart,
      citedText,
      arbitrary.plainReasoningPart,
      arbitrary.toolCallPart,
      unknownBlock,
    ],
    stops: [
      { stopReason: 'stop' },
      { stopReason: 'stop', rawReason: 'STOP_SEQUENCE' },
      { stopReason: 'length' },
      { stopReason: 'tool-calls', rawReason: 'TOOL_CALL' },
      { stopReason: 'content-filter' },
    ],
    maxChoices: 1,
    usage: arbitrary.anyUsage,
    arrange,
  },
  request: {
    userParts: [image],
    assistantParts: [arbitrary.plainReasoningPart, citedText, unknownBlock],
    settings: fc.record(
      {
        maxOutputTokens: fc.integer({ min: 1, max: 100_000 }),
        temperature: fc.constantFrom(0, 0.3, 1),
        topP: fc.constantFrom(0.01, 0.75, 0.99),
        topK: fc.integer({ min: 0, max: 500 }),
        frequencyPenalty: fc.constantFrom(0, 0.5),
        presencePenalty: fc.constantFrom(0, 1),
        stopSequences: fc.constantFrom(['END'], ['a', 'b']),
        seed: fc.integer(),
        logprobs: fc.constant({}),
        reasoning: fc.constantFrom(
          { enabled: false },
          { enabled: true },
          { enabled: true, budgetTokens: 1000 },
        ),
        output: fc.constant({ type: 'text' as const }),
        rest: fc.constant({
          dialect: 'cohere-chat',
          fields: {
            documents: [{ id: 'd', data: { text: 'penguins' } }],
            citation_options: { mode: 'FAST' },
            safety_mode: 'CONTEXTUAL',
          },
        }),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
  },
  vocabulary: [
    'type',
    'id',
    'index',
    'delta',
    'message',
    'message-start',
    'message-end',
    'content',
    'content-start',
    'content-delta',
    'content-end',
    'text',
    'thinking',
    'tool_plan',
    'tool-plan-delta',
    'tool_calls',
    'tool-call-start',
    'tool-call-delta',
    'tool-call-end',
    'function',
    'name',
    'arguments',
    'null',
    'citations',
    'citation-start',
    'start',
    'end',
    'sources',
    'document',
    'content_index',
    'PLAN',
    'finish_reason',
    'COMPLETE',
    'ERROR',
    'usage',
    'tokens',
    'input_tokens',
    'cached_tokens',
    'logprobs',
    'error',
    'role',
    'user',
    'assistant',
    'tool_call_id',
  ],
  checkGrammar,
});

/** One message-start; blocks and calls one after another, each counted up; one message-end, last. */
function checkGrammar(events: readonly SseEvent[]): void {
  const chunks = events.map(({ event, data }) => {
    const chunk = JSON.parse(data);
    expect(chunk.type).toBe(event);
    return chunk;
  });
  expect(chunks[0]).toMatchObject({ type: 'message-start', id: expect.any(String) });
  expect(chunks.at(-1)).toMatchObject({
    type: 'message-end',
    delta: { finish_reason: expect.any(String) },
  });
  const counts = { content: 0, 'tool-call': 0, citation: 0 };
  let open: string | undefined;
  for (const { type, index } of chunks.slice(1, -1)) {
    const [, kind, step] = /^(content|tool-call|citation)-(start|delta|end)$/.exec(type) ?? [];
    expect(kind).toBeDefined();
    if (kind !== 'content' && kind !== 'tool-call') continue;
    if (step === 'start') {
      expect(open).toBeUndefined();
      expect(index).toBe(counts[kind]);
      counts[kind] += 1;
      open = `${kind} ${index}`;
    } else {
      expect(`${kind} ${index}`).toBe(open);
      if (step === 'end') open = undefined;
    }
  }
  expect(open).toBeUndefined();
}
