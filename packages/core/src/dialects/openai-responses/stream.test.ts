import { describe, expect, it } from 'vitest';
import { collect } from '../../chat/collect.ts';
import type { ChatReply } from '../../chat/reply.ts';
import type { StreamEvent } from '../../chat/stream-event.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { Answering, Target } from '../dialect.ts';
import { decodeReply, encodeReply } from './reply.ts';
import { createStreamDecoder, createStreamEncoder } from './stream.ts';

const target: Target = {
  provider: 'p',
  model: 'm',
  ability: {},
  quirks: {},
  origin: { provider: 'p' },
};
const answering: Answering = { replyId: 'resp_1', created: 7, model: 'asked', includeUsage: true };

function decode(events: readonly JsonObject[]): readonly StreamEvent[] {
  const decoder = createStreamDecoder(target);
  const told = events.flatMap((event) => decoder.push({ data: JSON.stringify(event) }));
  return [...told, ...decoder.end()];
}

function contentOf(events: readonly JsonObject[]): ChatReply['choices'][number]['content'] {
  const reply = collect(decode(events));
  if (!reply.ok) throw new Error(JSON.stringify(reply.error));
  return reply.value.choices[0]?.content ?? [];
}

const COMPLETED = { type: 'response.completed', response: { id: 'r', status: 'completed' } };
const message = (id: string): JsonObject => ({
  type: 'message',
  id,
  role: 'assistant',
  content: [],
});

describe('reading a stream', () => {
  it('takes text that comes only at its end, or only in pieces, once', () => {
    const done = { type: 'response.output_text.done', output_index: 0, text: 'ab' };
    const pieces = ['a', 'b'].map((delta) => ({ type: 'response.output_text.delta', delta }));

    for (const events of [[done], pieces, [...pieces, done]]) {
      expect(contentOf([...events, COMPLETED])).toEqual([{ type: 'text', text: 'ab' }]);
    }
  });

  it('ends with an error beyond as many items as any response has', () => {
    const items = (count: number) =>
      Array.from({ length: count }, (_, output_index) => ({
        type: 'response.output_item.added',
        output_index,
        item: { type: 'function_call', id: `fc_${output_index}`, name: 'f', arguments: '' },
      }));

    expect(decode([...items(500), COMPLETED]).at(-1)?.type).toBe('end');
    expect(decode([...items(20_000), COMPLETED]).at(-1)).toMatchObject({
      type: 'error',
      error: { kind: 'provider_invalid_reply' },
    });
  }, 30_000);

  it('takes calls without names, ids, places or pieces from where they are whole', () => {
    const call = { type: 'function_call', call_id: 'c', name: 'f', arguments: { a: 1 } };

    expect(
      contentOf([
        { type: 'response.output_item.added', item: { type: 'function_call' } },
        { type: 'response.output_item.done', item: call },
        { type: 'response.output_item.added', item: { ...call, call_id: 'd', arguments: '{}' } },
        COMPLETED,
      ]),
    ).toEqual([
      { type: 'tool-call', id: 'c', name: 'f', argumentsJson: '{"a":1}' },
      { type: 'tool-call', id: 'd', name: 'f', argumentsJson: '{}' },
    ]);
  });

  it('gives calls that share an id one each', () => {
    const call = { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' };
    const content = contentOf([
      { type: 'response.output_item.done', output_index: 0, item: call },
      { type: 'response.output_item.done', output_index: 1, item: { ...call, id: 'fc_2' } },
      COMPLETED,
    ]);

    expect(new Set(content.map((part) => part.type === 'tool-call' && part.id)).size).toBe(2);
  });

  it('reads items that stand in the last event alone', () => {
    const output = [
      { ...message('msg_1'), content: [{ type: 'output_text', text: 'hi' }] },
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
    ];
    const response = { status: 'completed', output };

    expect(contentOf([{ type: 'response.completed', response }])).toHaveLength(2);
    expect(decodeReply(response, target)).toMatchObject({
      value: { choices: [{ stopReason: 'tool-calls' }] },
    });
  });

  it('keeps items apart that are told in turn', () => {
    const delta = (index: number, text: string): JsonObject => ({
      type: 'response.output_text.delta',
      output_index: index,
      delta: text,
    });
    const content = contentOf([
      { type: 'response.output_item.added', output_index: 0, item: message('a') },
      { type: 'response.output_item.added', output_index: 1, item: message('b') },
      delta(0, 'one '),
      delta(1, 'other '),
      delta(0, 'more'),
      COMPLETED,
    ]);

    expect(content).toMatchObject([{ text: 'one more' }, { text: 'other ' }]);
  });

  it.each<[string, JsonObject, JsonObject]>([
    [
      'error',
      { type: 'error', code: 'rate_limit_exceeded', message: 'slow down' },
      { kind: 'provider_rate_limited', detail: 'slow down' },
    ],
    [
      'response.failed',
      {
        type: 'response.failed',
        response: { status: 'failed', error: { code: 'server_error', message: 'x' } },
      },
      { kind: 'provider_failed' },
    ],
  ])('ends at %s with the error that it tells', (_name, event, error) => {
    expect(decode([{ type: 'response.created', response: {} }, event]).at(-1)).toMatchObject({
      type: 'error',
      error,
    });
  });
});

describe('writing a stream', () => {
  it('ends in response.failed, with the error and what was said', () => {
    const encoder = createStreamEncoder(answering);
    const frames = [
      { type: 'start' as const, id: '', model: '' },
      { type: 'part-start' as const, choice: 0, part: 0, start: { type: 'text' as const } },
      { type: 'error' as const, error: { kind: 'provider_truncated' as const, provider: 'p' } },
    ].flatMap((event) => encoder.push(event));

    expect(frames.at(-1)?.event).toBe('response.failed');
    expect(JSON.parse(frames.at(-1)?.data ?? '')).toMatchObject({
      response: { id: 'resp_1', status: 'failed', error: { code: 'provider_truncated' } },
    });
    expect(encoder.end()).toEqual([]);
  });

  it('tells apart what was whole and what was cut off when it fails', () => {
    const encoder = createStreamEncoder(answering);
    const events: StreamEvent[] = [
      { type: 'start', id: 'r', model: 'm' },
      { type: 'part-start', choice: 0, part: 0, start: { type: 'text' } },
      { type: 'part-delta', choice: 0, part: 0, delta: { type: 'text', text: 'I look.' } },
      { type: 'part-end', choice: 0, part: 0 },
      { type: 'part-start', choice: 0, part: 1, start: { type: 'tool-call', id: 'c', name: 'f' } },
      { type: 'part-delta', choice: 0, part: 1, delta: { type: 'arguments', json: '{"a":' } },
      { type: 'error', error: { kind: 'provider_truncated', provider: 'p' } },
    ];
    const frames = events.flatMap((event) => encoder.push(event));

    expect(JSON.parse(frames.at(-1)?.data ?? '').response.output).toMatchObject([
      { type: 'message', status: 'completed' },
      { type: 'function_call', status: 'incomplete', arguments: '{"a":' },
    ]);
  });

  it('lets calls overlap, each with its own place', () => {
    const encoder = createStreamEncoder(answering);
    const call = (part: number): StreamEvent => ({
      type: 'part-start',
      choice: 0,
      part,
      start: { type: 'tool-call', id: `c${part}`, name: 'f' },
    });
    const events: StreamEvent[] = [
      { type: 'start', id: 'r', model: 'm' },
      call(0),
      call(1),
      { type: 'part-delta', choice: 0, part: 0, delta: { type: 'arguments', json: '{"a":1}' } },
      { type: 'part-end', choice: 0, part: 0 },
      { type: 'part-end', choice: 0, part: 1 },
      { type: 'choice-end', choice: 0, stopReason: 'tool-calls' },
      { type: 'end' },
    ];
    const frames = events.flatMap((event) => encoder.push(event));

    expect(JSON.parse(frames.at(-1)?.data ?? '')).toMatchObject({
      type: 'response.completed',
      response: {
        output: [
          { type: 'function_call', call_id: 'c0', arguments: '{"a":1}' },
          { type: 'function_call', call_id: 'c1', arguments: '{}' },
        ],
      },
    });
  });

  it('shows thoughts of other dialects as a summary, without a state that is not ours', () => {
    const state = [{ origin: { provider: 'q' }, kind: 'encrypted' as const, data: 'x' }];
    const { value, losses } = encodeReply(
      {
        id: 'r',
        model: 'm',
        choices: [{ content: [{ type: 'reasoning', text: 'hm', state }], stopReason: 'stop' }],
      },
      answering,
    );

    expect(value['output']).toMatchObject([
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }] },
    ]);
    expect(JSON.stringify(value)).not.toContain('encrypted_content');
    expect(losses).toMatchObject([{ path: 'choices[0].content[0].state', weight: 'hint' }]);
  });
});
