import { describe, expect, it } from 'vitest';
import { collect, type StreamEvent } from '../../chat/index.ts';
import type { JsonObject } from '../../json/index.ts';
import type { Target } from '../dialect.ts';
import { createStreamDecoder } from './stream.ts';
import { createStreamEncoder } from './stream-encoder.ts';

const target: Target = {
  provider: 'p',
  model: 'm',
  ability: {},
  quirks: {},
  origin: { provider: 'p' },
};

function decode(...chunks: readonly JsonObject[]): readonly StreamEvent[] {
  const decoder = createStreamDecoder(target);
  return [
    ...chunks.flatMap((chunk) => decoder.push({ data: JSON.stringify(chunk) })),
    ...decoder.end(),
  ];
}

const start = { type: 'message_start', message: { id: 'msg_1', model: 'm' } };
const stop = { type: 'message_stop' };
const text = { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } };
const delta = (fields: JsonObject, index = 0): JsonObject => ({
  type: 'content_block_delta',
  index,
  delta: fields,
});

describe('decoding', () => {
  it('skips pings, unknown events, unknown deltas and a second message_start', () => {
    const events = decode(
      { type: 'ping' },
      start,
      start,
      { type: 'vision_update', at: 1 },
      text,
      delta({ type: 'sparkle_delta', sparkle: 1 }),
      delta({ type: 'text_delta', text: 'a' }),
      delta({ type: 'text_delta', text: 'lost' }, 7),
      { type: 'content_block_stop', index: 0 },
      stop,
      text,
    );

    expect(events.map(({ type }) => type)).toEqual([
      'start',
      'part-start',
      'part-delta',
      'part-end',
      'choice-end',
      'end',
    ]);
  });

  it('ends with an error beyond as many open blocks as any model has', () => {
    const blocks = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ ...text, index }));

    expect(decode(start, ...blocks(200), stop).at(-1)?.type).toBe('end');
    expect(decode(start, ...blocks(10_000), stop).at(-1)).toMatchObject({
      type: 'error',
      error: { kind: 'provider_invalid_reply' },
    });
  });

  it('keeps an unknown block at its place', () => {
    const block = { type: 'hologram', beam: 1 };

    const reply = collect(
      decode(start, { type: 'content_block_start', index: 0, content_block: block }, stop),
    );

    expect(reply).toMatchObject({
      ok: true,
      value: { choices: [{ content: [{ type: 'opaque', raw: block }] }] },
    });
  });

  it('gives a call without arguments an empty object, and sends a signature once, whole', () => {
    const call = { type: 'tool_use', id: 'a', name: 'f', input: {} };
    const reply = collect(
      decode(
        start,
        { ...text, content_block: { type: 'thinking', thinking: '', signature: '' } },
        delta({ type: 'thinking_delta', thinking: 'hm' }),
        delta({ type: 'signature_delta', signature: 'sig' }),
        { type: 'content_block_stop', index: 0 },
        { type: 'content_block_start', index: 1, content_block: call },
        delta({ type: 'input_json_delta', partial_json: '' }, 1),
        { type: 'content_block_stop', index: 1 },
        { type: 'message_delta', delta: { stop_reason: 'tool_use' } },
        stop,
      ),
    );

    const state = [{ origin: { provider: 'p' }, kind: 'signature', data: 'sig' }];
    expect(reply).toMatchObject({
      ok: true,
      value: {
        choices: [
          {
            content: [
              { type: 'reasoning', text: 'hm', state },
              { type: 'tool-call', id: 'a', name: 'f', argumentsJson: '{}' },
            ],
            stopReason: 'tool-calls',
            rawReason: 'tool_use',
          },
        ],
      },
    });
  });

  it('completes the object of a server tool with the input that came piecewise', () => {
    const block = { type: 'server_tool_use', id: 's', name: 'web_search', input: {} };
    const reply = collect(
      decode(
        start,
        { ...text, content_block: block },
        delta({ type: 'input_json_delta', partial_json: '{"q":' }),
        delta({ type: 'input_json_delta', partial_json: '1}' }),
        stop,
      ),
    );

    expect(reply).toMatchObject({
      value: { choices: [{ content: [{ raw: { ...block, input: { q: 1 } } }] }] },
    });
  });

  it.each([
    [
      'an error event',
      [start, { type: 'error', error: { type: 'overloaded_error' } }],
      { kind: 'provider_failed', overloaded: true },
    ],
    [
      'a rate limit',
      [{ type: 'error', error: { type: 'rate_limit_error', message: 'slow' } }],
      { kind: 'provider_rate_limited', detail: 'slow' },
    ],
    ['a beginning in the middle', [text], { kind: 'provider_invalid_reply' }],
    [
      'an end without the end',
      [start, { type: 'message_delta', delta: { stop_reason: 'end_turn' } }],
      { kind: 'provider_truncated' },
    ],
    ['nothing at all', [], { kind: 'provider_truncated' }],
  ])('ends %s in one error', (_title, chunks, error) => {
    const events = decode(...chunks);

    expect(events.at(-1)).toMatchObject({ type: 'error', error: { ...error, provider: 'p' } });
    expect(events.filter(({ type }) => type === 'error' || type === 'end')).toHaveLength(1);
  });
});

describe('encoding', () => {
  const answering = { replyId: 'msg_ours', created: 1, model: 'asked', includeUsage: true };

  function encode(
    ...events: readonly StreamEvent[]
  ): { event: string | undefined; data: unknown }[] {
    const encoder = createStreamEncoder(answering);
    return [...events.flatMap((event) => encoder.push(event)), ...encoder.end()].map(
      ({ event, data }) => ({ event, data: JSON.parse(data) }),
    );
  }

  it('names its own id and model where the provider told none', () => {
    expect(encode({ type: 'start', id: '', model: '' })[0]).toMatchObject({
      event: 'message_start',
      data: { message: { id: 'msg_ours', model: 'asked', type: 'message', content: [] } },
    });
  });

  it('writes a part that overlaps another after it', () => {
    const at = (part: number) => ({ choice: 0, part });
    const call = (id: string) => ({ type: 'tool-call' as const, id, name: 'f' });
    const events = encode(
      { type: 'start', id: 'a', model: 'm' },
      { type: 'part-start', ...at(0), start: call('a') },
      { type: 'part-start', ...at(1), start: call('b') },
      { type: 'part-delta', ...at(1), delta: { type: 'arguments', json: '{}' } },
      { type: 'part-delta', ...at(0), delta: { type: 'arguments', json: '{"x":1}' } },
      { type: 'part-end', ...at(1) },
      { type: 'part-end', ...at(0) },
      { type: 'choice-end', choice: 0, stopReason: 'tool-calls' },
      { type: 'end' },
    );

    expect(events.map(({ data }) => data)).toMatchObject([
      { type: 'message_start' },
      { type: 'content_block_start', index: 0, content_block: { id: 'a' } },
      { type: 'content_block_delta', index: 0, delta: { partial_json: '{"x":1}' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'content_block_start', index: 1, content_block: { id: 'b' } },
      { type: 'content_block_delta', index: 1, delta: { partial_json: '{}' } },
      { type: 'content_block_stop', index: 1 },
      { type: 'message_delta', delta: { stop_reason: 'tool_use' } },
      { type: 'message_stop' },
    ]);
  });

  it('ends in an error event, and says nothing more', () => {
    const events = encode(
      { type: 'start', id: 'a', model: 'm' },
      { type: 'error', error: { kind: 'provider_truncated', provider: 'p' } },
      { type: 'end' },
    );

    expect(events.slice(1)).toMatchObject([
      { event: 'error', data: { type: 'error', error: { type: 'api_error' } } },
    ]);
  });

  it('ends in an error when its own input stops without an end', () => {
    expect(encode({ type: 'start', id: 'a', model: 'm' }).at(-1)).toMatchObject({ event: 'error' });
  });
});
