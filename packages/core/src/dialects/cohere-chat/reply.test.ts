import { describe, expect, it } from 'vitest';
import { type ChatReply, collect, type StreamEvent } from '../../chat/index.ts';
import type { JsonValue } from '../../json/index.ts';
import type { Answering, Target } from '../dialect.ts';
import { cohereChat, decodeCohereError } from './index.ts';

const TARGET: Target = {
  provider: 'p',
  model: 'command-a-03-2025',
  ability: {},
  quirks: {},
  origin: { provider: 'p' },
};
const ANSWERING: Answering = { replyId: 'r', created: 1, model: 'm', includeUsage: true };

function decoded(body: JsonValue): ChatReply {
  const reply = cohereChat.decodeReply(body, TARGET);
  if (!reply.ok) throw new Error(reply.error.kind);
  return reply.value;
}

function events(...payloads: JsonValue[]): readonly StreamEvent[] {
  const decoder = cohereChat.createStreamDecoder(TARGET);
  return [
    ...payloads.flatMap((payload) => decoder.push({ data: JSON.stringify(payload) })),
    ...decoder.end(),
  ];
}

function streamed(...payloads: JsonValue[]): ChatReply {
  const reply = collect(events(...payloads));
  if (!reply.ok) throw new Error(reply.error.kind);
  return reply.value;
}

const START = { type: 'message-start', id: 'x', delta: { message: { role: 'assistant' } } };
const END = { type: 'message-end', delta: { finish_reason: 'COMPLETE' } };
const content = (
  type: string,
  index: number,
  block: { [field: string]: JsonValue },
): JsonValue => ({
  type,
  index,
  delta: { message: { content: block } },
});
const cited = (citation: { [field: string]: JsonValue }): JsonValue => ({
  type: 'citation-start',
  index: 0,
  delta: { message: { citations: citation } },
});
const piece = (type: string, index: number, call: { [field: string]: JsonValue }): JsonValue => ({
  type,
  index,
  delta: { message: { tool_calls: call } },
});

describe('usage', () => {
  const message = { role: 'assistant', content: [{ type: 'text', text: 'a' }] };
  const usageOf = (usage: JsonValue): unknown =>
    decoded({ id: 'x', message, finish_reason: 'COMPLETE', usage }).usage;

  it('is what was read and written, not what is billed, and its cached part apart', () => {
    const usage = {
      billed_units: { input_tokens: 46, output_tokens: 14 },
      tokens: { input_tokens: 1445, output_tokens: 43 },
      cached_tokens: 992,
    };

    expect(usageOf(usage)).toEqual({
      input: { uncached: 453, cacheRead: 992 },
      output: { text: 43 },
      provenance: 'provider',
    });
  });

  it('is an estimate by what is billed where nothing else is told', () => {
    expect(usageOf({ billed_units: { input_tokens: 46.0, output_tokens: 14 } })).toEqual({
      input: { uncached: 46 },
      output: { text: 14 },
      provenance: 'estimate',
    });
    expect(usageOf({ tokens: { input_tokens: -1 } })).toBeUndefined();
  });
});

describe('citations', () => {
  const citation = {
    start: 3,
    end: 7,
    text: 'wise',
    sources: [
      {
        type: 'document',
        id: 'doc:1',
        document: { title: 'Owls', url: 'https://example.com/owls' },
      },
    ],
  };

  it('that come when all is said still belong to their text', () => {
    const reply = streamed(
      START,
      content('content-start', 0, { type: 'thinking', thinking: '' }),
      content('content-end', 0, {}),
      content('content-start', 1, { type: 'text', text: '' }),
      content('content-delta', 1, { text: '🦉 wise' }),
      { type: 'content-end', index: 1 },
      cited({ ...citation, start: 2, end: 6 }),
      cited({ ...citation, type: 'THINKING_CONTENT', content_index: 0 }),
      END,
    );

    // The provider counted letters: the owl is one to it, and two units here.
    expect(reply.choices[0]?.content[1]).toMatchObject({
      text: '🦉 wise',
      annotations: [
        { kind: 'url-citation', start: 3, end: 7, title: 'Owls', url: 'https://example.com/owls' },
      ],
    });
    expect(reply.choices[0]?.rest?.fields['citations']).toMatchObject([
      { type: 'THINKING_CONTENT', content_index: 0 },
    ]);
  });

  it('of another dialect are told as documents', () => {
    const annotation = { kind: 'url-citation', url: 'https://a.example', title: 'A' } as const;
    const { value, losses } = cohereChat.encodeReply(
      {
        id: 'x',
        model: 'm',
        choices: [
          {
            content: [
              {
                type: 'text',
                text: 'Owls are',
                annotations: [{ ...annotation, start: 0, end: 4 }],
              },
            ],
            stopReason: 'stop',
          },
        ],
      },
      ANSWERING,
    );

    expect(losses).toEqual([]);
    expect(value['message']).toMatchObject({
      citations: [
        {
          start: 0,
          end: 4,
          text: 'Owls',
          content_index: 0,
          sources: [{ type: 'document', document: { title: 'A', url: 'https://a.example' } }],
        },
      ],
    });
  });
});

describe('tool calls', () => {
  it.each(['', 'null', ' null '])('without arguments (%j) have none', (json) => {
    const call = { id: 'a', type: 'function', function: { name: 'now', arguments: json } };
    const whole = decoded({ message: { tool_calls: [call] }, finish_reason: 'TOOL_CALL' });
    const pieces = [...json].map((letter) =>
      piece('tool-call-delta', 0, { function: { arguments: letter } }),
    );
    const stream = streamed(
      START,
      piece('tool-call-start', 0, { ...call, function: { name: 'now', arguments: '' } }),
      ...pieces,
      { type: 'tool-call-end', index: 0 },
      END,
    );

    const expected = [{ type: 'tool-call', id: 'a', name: 'now', argumentsJson: '{}' }];
    expect(whole.choices[0]?.content).toEqual(expected);
    expect(stream.choices[0]?.content).toEqual(expected);
  });

  it('stay apart when their pieces come by turns, without ids and beginnings', () => {
    const reply = streamed(
      piece('tool-call-delta', 0, { function: { name: 'a', arguments: '{"x":' } }),
      piece('tool-call-delta', 1, { function: { name: 'b', arguments: { y: 1 } } }),
      piece('tool-call-delta', 0, { function: { arguments: '1}' } }),
      { type: 'message-end', delta: {} },
    );

    expect(reply.choices[0]).toEqual({
      content: [
        { type: 'tool-call', id: 'call_0', name: 'a', argumentsJson: '{"x":1}' },
        { type: 'tool-call', id: 'call_1', name: 'b', argumentsJson: '{"y":1}' },
      ],
      stopReason: 'tool-calls',
    });
  });

  it('are sent as they come, none held back', () => {
    const sent = events(
      START,
      piece('tool-call-start', 0, { id: 'a', function: { name: 'b', arguments: '' } }),
      piece('tool-call-delta', 0, { function: { arguments: '{"' } }),
    );

    expect(sent.slice(1, 3)).toEqual([
      {
        type: 'part-start',
        choice: 0,
        part: 0,
        start: { type: 'tool-call', id: 'a', name: 'b' },
      },
      { type: 'part-delta', choice: 0, part: 0, delta: { type: 'arguments', json: '{"' } },
    ]);
  });
});

describe('a stream', () => {
  it('tells blocks apart by what they hold when their beginnings are missing', () => {
    const reply = streamed(
      content('content-delta', 0, { thinking: 'Hm.' }),
      content('content-delta', 0, { text: 'Yes' }),
      content('content-delta', 0, { text: '.' }),
      END,
    );

    expect(reply.choices[0]?.content).toEqual([
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'Yes.' },
    ]);
  });

  it('keeps log probabilities with their text', () => {
    const delta = {
      type: 'content-delta',
      index: 0,
      delta: { message: { content: { text: 'ab' } } },
    };
    const reply = streamed(
      START,
      { ...delta, logprobs: { text: 'ab', token_ids: [1, 2], logprobs: [-0.5, -0.25] } },
      END,
    );

    expect(reply.choices[0]?.content).toEqual([
      { type: 'text', text: 'ab', logprobs: [{ token: 'ab', logprob: -0.75 }] },
    ]);
  });

  it.each([
    [{ type: 'message-end', delta: { finish_reason: 'ERROR', error: 'out of memory' } }, 500],
    [{ type: 'message-end', delta: { finish_reason: 'TIMEOUT' } }, 504],
    [{ id: 'x', message: 'internal server error' }, undefined],
    [{ type: 'error', message: 'internal server error' }, undefined],
  ])('that fails with %o is no answer', (payload, status) => {
    const failed = events(START, payload, END);

    expect(failed.slice(1)).toEqual([
      {
        type: 'error',
        error: {
          kind: 'provider_failed',
          provider: 'p',
          ...(status === undefined ? {} : { status }),
        },
      },
    ]);
    const tap = cohereChat.passage.createTap({ provider: 'p', quirks: {}, dropUsageChunk: false });
    expect(tap.push({ data: JSON.stringify(payload) })).toMatchObject({ type: 'fail' });
  });

  it('ends in an error that its own decoder knows as one', () => {
    const encoder = cohereChat.createStreamEncoder(ANSWERING);
    const wire = encoder.push({
      type: 'error',
      error: { kind: 'provider_truncated', provider: 'p' },
    });
    const decoder = cohereChat.createStreamDecoder(TARGET);

    expect(wire.flatMap((event) => decoder.push(event)).at(-1)).toMatchObject({
      type: 'error',
      error: { kind: 'provider_failed' },
    });
  });

  it('that passes is read for its usage and its end', () => {
    const tap = cohereChat.passage.createTap({ provider: 'p', quirks: {}, dropUsageChunk: false });
    const usage = { tokens: { input_tokens: 3, output_tokens: 2 } };
    const payloads = [
      START,
      content('content-delta', 0, { text: 'about "message-end"' }),
      { type: 'message-end', delta: { finish_reason: 'COMPLETE', usage } },
    ];

    const seen = payloads.map((payload) => {
      expect(tap.push({ data: JSON.stringify(payload) })).toEqual({ type: 'pass' });
      return tap.hasEnded();
    });

    expect(seen).toEqual([false, false, true]);
    expect(tap.usage()).toEqual({
      input: { uncached: 3 },
      output: { text: 2 },
      provenance: 'provider',
    });
    expect(tap.push({ data: '<html>' })).toMatchObject({
      error: { kind: 'provider_invalid_reply' },
    });
  });
});

describe('decodeCohereError', () => {
  it.each([
    [400, { kind: 'provider_refused', status: 400, detail: 'invalid request: too hot' }],
    [401, { kind: 'provider_auth', status: 401 }],
    [402, { kind: 'provider_auth', status: 402 }],
    [498, { kind: 'provider_auth', status: 498 }],
    [422, { kind: 'provider_refused', status: 422 }],
    [429, { kind: 'provider_rate_limited', retryAfterSeconds: 7 }],
    [499, { kind: 'provider_failed', status: 499 }],
    [503, { kind: 'provider_failed', overloaded: true, retryAfterSeconds: 7 }],
  ])('reads a reply of %i', (status, error) => {
    const body = JSON.stringify({ id: 'x', message: 'invalid request: too hot' });

    const failure = decodeCohereError(status, { 'retry-after': '7' }, body, 'p');

    expect(failure).toMatchObject({ provider: 'p', ...error });
  });

  it.each(['', '<html>', '[]', '{"error":{"message":7}}'])('makes do with a body of %j', (body) => {
    expect(decodeCohereError(404, {}, body, 'p')).toEqual({
      kind: 'provider_refused',
      provider: 'p',
      status: 404,
      detail: 'it answered with status 404 and no reason.',
    });
  });
});
