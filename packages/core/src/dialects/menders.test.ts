import { describe, expect, it } from 'vitest';
import { anthropicMessages } from './anthropic-messages/index.ts';
import { openAiResponses } from './openai-responses/index.ts';

const all = { includeUsage: true };

describe('a stream of messages that begins again', () => {
  const start = { event: 'message_start', data: '{"type":"message_start","message":{}}' };
  const word = { event: 'content_block_delta', data: '{"type":"content_block_delta"}' };
  const unnamed = { data: '{"type": "message_start","message":{}}' };

  it('is sent on with its first beginning only', () => {
    const mender = anthropicMessages.passage.createMender?.({ repeatsStart: true }, all);
    const sent = [start, start, word, unnamed, word].map((event) => mender?.event(event));
    expect(sent).toEqual([start.data, undefined, word.data, undefined, word.data]);
  });

  it('is the provider’s own affair where no quirk says so', () => {
    expect(anthropicMessages.passage.createMender?.({}, all)).toBeUndefined();
  });
});

describe('a stream of a response without numbers', () => {
  const mender = () => openAiResponses.passage.createMender?.({ omits: ['sequence_number'] }, all);

  it('is numbered in its order, and nothing else of it changes', () => {
    const mending = mender();
    const sent = ['{"type":"response.created", "n":1.0}', '{}', '[DONE]'].map((data) =>
      mending?.event({ data }),
    );
    expect(sent).toEqual([
      '{"type":"response.created", "n":1.0,"sequence_number":0}',
      '{"sequence_number":1}',
      '[DONE]',
    ]);
  });

  it('keeps the numbers that ascend, and goes on from them', () => {
    const mending = mender();
    const sent = ['{"sequence_number":4}', '{}', '{"sequence_number":0}'].map((data) =>
      mending?.event({ data }),
    );
    expect(sent).toEqual([
      '{"sequence_number":4}',
      '{"sequence_number":5}',
      '{"sequence_number":6}',
    ]);
  });

  it('is the provider’s own affair where no quirk says so', () => {
    expect(openAiResponses.passage.createMender?.({ omits: ['object'] }, all)).toBeUndefined();
  });
});

describe('a response whose input was counted without what came from the cache', () => {
  const mender = () => openAiResponses.passage.createMender?.({ promptExcludesCached: true }, all);
  const usage = (input: number, total: number): string =>
    `{"input_tokens":${input},"input_tokens_details":{"cached_tokens":9},"output_tokens":1,"total_tokens":${total},"later":1.0}`;

  it('is counted with it, whole and in the event that ends its stream', () => {
    const [before, after] = [usage(5, 6), usage(14, 15)];
    const ended = (counted: string): string =>
      `{"type":"response.completed","response":{"id":"r", "usage":${counted}}}`;
    const whole = `{"id":"r", "usage":${before}}`;

    expect(mender()?.event({ data: ended(before) })).toBe(ended(after));
    expect(mender()?.event({ data: ended(after) })).toBe(ended(after));
    expect(mender()?.reply(whole, JSON.parse(whole))).toBe(`{"id":"r", "usage":${after}}`);
  });

  it.each(['{"type":"response.created","response":{"usage":null}}', '{"usage":3}', '[DONE]'])(
    'leaves %j as it is',
    (data) => {
      expect(mender()?.event({ data })).toBe(data);
    },
  );
});
