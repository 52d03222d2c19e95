import { describe, expect, it } from 'vitest';
import type { GatewayError } from '../../chat/error.ts';
import type { StreamEvent } from '../../chat/stream-event.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import type { Answering, Target } from '../dialect.ts';
import { native } from './index.ts';

const answering: Answering = {
  replyId: 'chatcmpl-1',
  created: 1_700_000_000,
  model: 'asked',
  includeUsage: true,
};

const target: Target = {
  provider: 'far',
  model: 'm',
  ability: {},
  quirks: {},
  origin: { provider: 'far' },
};

const START: StreamEvent = { type: 'start', id: 'theirs', model: 'served', created: 1 };
const END: StreamEvent = { type: 'end' };

const text = (part: number, value: string): StreamEvent => ({
  type: 'part-delta',
  choice: 0,
  part,
  delta: { type: 'text', text: value },
});
const json = (part: number, value: string): StreamEvent => ({
  type: 'part-delta',
  choice: 0,
  part,
  delta: { type: 'arguments', json: value },
});
const open = (
  part: number,
  start: Extract<StreamEvent, { type: 'part-start' }>['start'],
): StreamEvent => ({
  type: 'part-start',
  choice: 0,
  part,
  start,
});
const close = (part: number): StreamEvent => ({ type: 'part-end', choice: 0, part });
const stop: StreamEvent = { type: 'choice-end', choice: 0, stopReason: 'stop' };

function encode(events: readonly StreamEvent[]) {
  const encoder = native.createStreamEncoder(answering);
  const frames = [...events.flatMap((event) => encoder.push(event)), ...encoder.end()];
  const payloads = frames.map(({ data }) => (data === '[DONE]' ? data : JSON.parse(data)));
  return { payloads, losses: encoder.losses() };
}

function decode(payloads: readonly unknown[]): readonly StreamEvent[] {
  const decoder = native.createStreamDecoder(target);
  const frames = payloads.map(
    (payload): SseEvent => ({
      data: typeof payload === 'string' ? payload : JSON.stringify(payload),
    }),
  );
  return [...frames.flatMap((frame) => decoder.push(frame)), ...decoder.end()];
}

const chunk = (choice: object, rest: object = {}) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'served',
  choices: [{ index: 0, ...choice }],
  ...rest,
});

const errorOf = (events: readonly StreamEvent[]): GatewayError | undefined => {
  const last = events.at(-1);
  return last?.type === 'error' ? last.error : undefined;
};

describe('a native stream, encoded', () => {
  it('is normalised chunks, usage in the last of them, then [DONE]', () => {
    const { payloads, losses } = encode([
      START,
      open(0, { type: 'text' }),
      text(0, 'Hel'),
      text(0, 'lo'),
      close(0),
      {
        type: 'usage',
        usage: { input: { uncached: 2 }, output: { text: 1 }, provenance: 'provider' },
      },
      stop,
      END,
    ]);
    expect(payloads).toEqual([
      chunk({ delta: { role: 'assistant', content: 'Hel' } }),
      chunk({ delta: { content: 'lo' } }),
      chunk({ delta: {}, finish_reason: 'stop' }),
      {
        ...chunk({}),
        choices: [],
        usage: { prompt_tokens: 2, completion_tokens: 1, total_tokens: 3 },
      },
      '[DONE]',
    ]);
    expect(losses).toEqual([]);
  });

  it('says interleaved tool calls by index, with fresh ids and arguments in pieces', () => {
    const { payloads } = encode([
      START,
      open(0, { type: 'tool-call', id: 'toolu_a', name: 'a' }),
      json(0, '{"x"'),
      open(1, { type: 'tool-call', id: 'toolu_a', name: 'b' }),
      json(0, ':1}'),
      close(0),
      close(1),
      { type: 'choice-end', choice: 0, stopReason: 'tool-calls' },
      END,
    ]);
    const calls = payloads.flatMap((payload) => payload.choices?.[0]?.delta.tool_calls ?? []);
    expect(calls).toEqual([
      {
        index: 0,
        id: 'call_chatcmpl1_0',
        type: 'function',
        function: { name: 'a', arguments: '' },
      },
      { index: 0, function: { arguments: '{"x"' } },
      {
        index: 1,
        id: 'call_chatcmpl1_1',
        type: 'function',
        function: { name: 'b', arguments: '' },
      },
      { index: 0, function: { arguments: ':1}' } },
      { index: 1, function: { arguments: '{}' } },
    ]);
    expect(payloads.at(-2)).toEqual(chunk({ delta: {}, finish_reason: 'tool_calls' }));
  });

  it.each<[GatewayError, string]>([
    [{ kind: 'provider_truncated', provider: 'p' }, 'connection_closed'],
    [{ kind: 'provider_timeout', provider: 'p', phase: 'idle' }, 'connection_closed'],
    [{ kind: 'provider_invalid_reply', provider: 'p', detail: 'HTML' }, 'parse_error'],
    [{ kind: 'provider_rate_limited', provider: 'p', detail: 'slow' }, 'rate_limit_exceeded'],
    [{ kind: 'provider_failed', provider: 'p' }, 'provider_error'],
    [{ kind: 'internal', detail: 'x' }, 'internal_error'],
  ])('ends with an error event and no [DONE] after %j', (error, code) => {
    const { payloads } = encode([
      START,
      open(0, { type: 'text' }),
      text(0, 'x'),
      { type: 'error', error },
      END,
    ]);
    expect(payloads).toHaveLength(2);
    expect(payloads[1]).toEqual({
      error: { message: expect.any(String), type: 'stream_error', code },
    });
  });

  it('tells what it could not say once a part, however many deltas brought it', () => {
    const annotation: StreamEvent = {
      type: 'part-delta',
      choice: 0,
      part: 1,
      delta: { type: 'annotation', annotation: { kind: 'other' } },
    };
    const { payloads, losses } = encode([
      START,
      open(0, { type: 'reasoning' }),
      text(0, 'hm'),
      close(0),
      open(1, { type: 'text' }),
      ...Array.from({ length: 100 }, () => annotation),
      close(1),
      stop,
      END,
    ]);
    expect(losses.map((loss) => loss.path)).toEqual([
      'choices[0].content[0]',
      'choices[0].content[1].annotations',
    ]);
    expect(JSON.stringify(payloads)).not.toContain('hm');
    expect(payloads[0]).toEqual(chunk({ delta: { role: 'assistant', content: '' } }));
  });

  it('says a refusal as text that ends in content_filter', () => {
    const { payloads } = encode([
      START,
      open(0, { type: 'refusal' }),
      text(0, 'No.'),
      close(0),
      stop,
      END,
    ]);
    expect(payloads).toEqual([
      chunk({ delta: { role: 'assistant', content: 'No.' } }),
      chunk({ delta: {}, finish_reason: 'content_filter' }),
      '[DONE]',
    ]);
  });
});

describe('a native stream, decoded', () => {
  it('gathers interleaved calls by their index', () => {
    const events = decode([
      chunk({
        delta: {
          role: 'assistant',
          tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f' } }],
        },
      }),
      chunk({
        delta: {
          tool_calls: [
            { index: 1, id: 'b', function: { name: 'g', arguments: '{' } },
            { index: 0, function: { arguments: '{}' } },
          ],
        },
      }),
      chunk({
        delta: { tool_calls: [{ index: 1, function: { arguments: '}' } }] },
        finish_reason: 'tool_calls',
      }),
      '[DONE]',
    ]);
    expect(events).toEqual([
      { type: 'start', id: 'chatcmpl-1', model: 'served', created: 1 },
      open(0, { type: 'tool-call', id: 'a', name: 'f' }),
      open(1, { type: 'tool-call', id: 'b', name: 'g' }),
      json(1, '{'),
      json(0, '{}'),
      json(1, '}'),
      close(0),
      close(1),
      { type: 'choice-end', choice: 0, stopReason: 'tool-calls', rawReason: 'tool_calls' },
      END,
    ]);
  });

  it.each<[string, readonly unknown[]]>([
    ['nothing', []],
    ['[DONE] alone', ['[DONE]']],
    ['no [DONE] after the finish', [chunk({ delta: { content: 'x' }, finish_reason: 'stop' })]],
    ['no finish', [chunk({ delta: { content: 'x' } })]],
    [
      'an error event that says so',
      [{ error: { type: 'stream_error', code: 'connection_closed' } }],
    ],
  ])('is truncated with %s', (_, payloads) => {
    expect(errorOf(decode(payloads))).toEqual({ kind: 'provider_truncated', provider: 'far' });
  });

  it.each<[string, readonly unknown[], GatewayError['kind']]>([
    ['a line that is no JSON', ['<html>'], 'provider_invalid_reply'],
    ['an object of another kind', [{ object: 'x' }], 'provider_invalid_reply'],
    [
      'an error event',
      [chunk({ delta: {} }), { error: { code: 'provider_error' } }, '[DONE]'],
      'provider_failed',
    ],
    ['an error that is no object', [{ error: 'x' }], 'provider_failed'],
    ['a parse error', [{ error: { code: 'parse_error' } }], 'provider_invalid_reply'],
  ])('fails once and for all at %s', (_, payloads, kind) => {
    const events = decode([...payloads, chunk({ delta: {}, finish_reason: 'stop' }), '[DONE]']);
    expect(errorOf(events)?.kind).toBe(kind);
    expect(events.filter((event) => event.type === 'error' || event.type === 'end')).toHaveLength(
      1,
    );
  });
});
