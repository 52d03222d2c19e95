import { expect } from 'vitest';
import type { SseEvent } from '../src/sse/index.ts';

/** Chunks that are complete, the role first, calls counted up, one finish a choice, [DONE] last. */
export function checkChatGrammar(events: readonly SseEvent[]): void {
  expect(events.at(-1)).toEqual({ data: '[DONE]' });
  const chunks = events.slice(0, -1).map(({ data }) => JSON.parse(data));
  const seen = new Map<number, { calls: number; finishes: number }>();
  for (const chunk of chunks) {
    expect(chunk).toMatchObject({
      id: expect.any(String),
      object: 'chat.completion.chunk',
      created: expect.any(Number),
      model: expect.any(String),
      choices: expect.any(Array),
    });
    for (const { index, delta, finish_reason: finish } of chunk.choices) {
      if (!seen.has(index)) {
        expect(delta.role).toBe('assistant');
        seen.set(index, { calls: 0, finishes: 0 });
      }
      const choice = seen.get(index) ?? { calls: 0, finishes: 0 };
      expect(choice.finishes).toBe(0);
      for (const call of delta.tool_calls ?? []) {
        expect(Number.isInteger(call.index)).toBe(true);
        if (call.index < choice.calls) continue;
        expect(call.index).toBe(choice.calls);
        expect(call).toMatchObject({ id: expect.any(String), type: 'function' });
        expect(call.function.name).not.toBe('');
        choice.calls += 1;
      }
      if (finish !== null) choice.finishes += 1;
    }
  }
  expect([...seen.values()].every(({ finishes }) => finishes === 1)).toBe(true);
  expect(chunks.filter(({ choices }) => choices.length === 0).length).toBeLessThanOrEqual(1);
}

/** One message_start; blocks one after another, counted up; message_delta; message_stop, last. */
export function checkMessagesGrammar(events: readonly SseEvent[]): void {
  const chunks = events.map(({ event, data }) => {
    const chunk = JSON.parse(data);
    expect(chunk.type).toBe(event);
    return chunk;
  });
  expect(chunks[0].type).toBe('message_start');
  expect(chunks.slice(-2).map(({ type }) => type)).toEqual(['message_delta', 'message_stop']);
  let open: number | undefined;
  let next = 0;
  for (const { type, index } of chunks.slice(1, -2)) {
    if (type === 'content_block_start') {
      expect(open).toBeUndefined();
      expect(index).toBe(next);
      open = index;
      next += 1;
    } else {
      expect(['content_block_delta', 'content_block_stop']).toContain(type);
      expect(index).toBe(open);
      if (type === 'content_block_stop') open = undefined;
    }
  }
  expect(open).toBeUndefined();
}
