import { describe, expect, it } from 'vitest';
import type { StreamEvent } from '../../chat/index.ts';
import type { Answering } from '../dialect.ts';
import { createStreamEncoder } from './stream.ts';

const answering: Answering = { replyId: 'own', created: 7, model: 'asked', includeUsage: true };

function encode(events: readonly StreamEvent[], changes: Partial<Answering> = {}) {
  const encoder = createStreamEncoder({ ...answering, ...changes });
  const data = events.flatMap((event) => encoder.push(event)).map((event) => event.data);
  return {
    data,
    chunks: data.filter((piece) => piece !== '[DONE]').map((piece) => JSON.parse(piece)),
  };
}

const start: StreamEvent = { type: 'start', id: '', model: '' };
const text: readonly StreamEvent[] = [
  { type: 'part-start', choice: 0, part: 0, start: { type: 'text' } },
  { type: 'part-delta', choice: 0, part: 0, delta: { type: 'text', text: 'Hi' } },
  { type: 'part-end', choice: 0, part: 0 },
];
const ending: readonly StreamEvent[] = [
  {
    type: 'usage',
    usage: { input: { uncached: 3 }, output: { text: 2 }, provenance: 'provider' },
  },
  { type: 'choice-end', choice: 0, stopReason: 'stop' },
  { type: 'end' },
];

describe('writing a stream', () => {
  it('says id, time and model itself where the provider did not', () => {
    const { chunks } = encode([start, ...text, ...ending]);

    for (const chunk of chunks) {
      expect(chunk).toMatchObject({ id: 'own', created: 7, model: 'asked' });
    }
  });

  it('sends usage only to a client that asked, in a chunk of its own', () => {
    const asked = encode([start, ...text, ...ending]);
    const silent = encode([start, ...text, ...ending], { includeUsage: false });

    expect(asked.chunks.map(({ choices, usage }) => [choices.length, usage])).toEqual([
      [1, null],
      [1, null],
      [1, null],
      [0, { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }],
    ]);
    expect(silent.chunks.map((chunk) => 'usage' in chunk)).toEqual([false, false, false]);
    expect(asked.data.at(-1)).toBe('[DONE]');
    expect(silent.data.at(-1)).toBe('[DONE]');
  });

  it('begins each choice with its role, whichever speaks first', () => {
    const { chunks } = encode([
      start,
      { type: 'part-start', choice: 1, part: 0, start: { type: 'tool-call', id: 'a', name: 'f' } },
      { type: 'part-end', choice: 1, part: 0 },
      { type: 'choice-end', choice: 1, stopReason: 'tool-calls' },
    ]);

    expect(chunks.map(({ choices }) => [choices[0].index, choices[0].delta])).toEqual([
      [0, { role: 'assistant', content: '', refusal: null }],
      [1, { role: 'assistant', content: '', refusal: null }],
      [
        1,
        {
          tool_calls: [
            { index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } },
          ],
        },
      ],
      [1, { tool_calls: [{ index: 0, function: { arguments: '{}' } }] }],
      [1, {}],
    ]);
  });

  it('numbers calls that overlap, and keeps their arguments apart', () => {
    const call = (part: number): StreamEvent => ({
      type: 'part-start',
      choice: 0,
      part,
      start: { type: 'tool-call', id: `c${part}`, name: 'f' },
    });
    const grow = (part: number, json: string): StreamEvent => ({
      type: 'part-delta',
      choice: 0,
      part,
      delta: { type: 'arguments', json },
    });

    const { chunks } = encode([start, ...text, call(1), call(2), grow(2, '2'), grow(1, '1')]);

    const calls = chunks.flatMap(({ choices }) => choices[0].delta.tool_calls ?? []);
    expect(calls.map((piece) => [piece.index, piece.function.arguments])).toEqual([
      [0, ''],
      [1, ''],
      [1, '2'],
      [0, '1'],
    ]);
  });

  it('ends with the error in place of [DONE], and says nothing after it', () => {
    const { data } = encode([
      start,
      ...text,
      { type: 'error', error: { kind: 'provider_truncated', provider: 'p' } },
      { type: 'end' },
    ]);

    expect(JSON.parse(data.at(-1) ?? '')).toEqual({
      error: {
        message: 'The reply of provider "p" stopped before its end.',
        type: 'server_error',
        param: null,
        code: 'provider_truncated',
      },
    });
    expect(data).not.toContain('[DONE]');
  });

  it('counts citations from the beginning of all text', () => {
    const annotation = { kind: 'url-citation' as const, url: 'u', title: 't', start: 0, end: 1 };
    const { chunks } = encode([
      start,
      ...text,
      { type: 'part-start', choice: 0, part: 1, start: { type: 'text' } },
      { type: 'part-delta', choice: 0, part: 1, delta: { type: 'text', text: 'x' } },
      { type: 'part-delta', choice: 0, part: 1, delta: { type: 'annotation', annotation } },
    ]);

    expect(chunks.at(-1).choices[0].delta.annotations).toEqual([
      {
        type: 'url_citation',
        url_citation: { url: 'u', title: 't', start_index: 2, end_index: 3 },
      },
    ]);
  });
});
