import { expect, it } from 'vitest';
import { collect, createCollector, type StreamEvent } from './index.ts';

const start: StreamEvent = { type: 'start', id: 'r1', model: 'm' };

it('gives the error that the stream ended in', () => {
  const error = { kind: 'provider_truncated', provider: 'p' } as const;

  expect(collect([start, { type: 'error', error }])).toEqual({ ok: false, error });
});

it('is an internal error while the stream has neither ended nor failed', () => {
  const collector = createCollector();
  collector.push(start);

  expect(collector.result()).toMatchObject({ ok: false, error: { kind: 'internal' } });
});

it('keeps parts that overlap apart, in the order of their indexes', () => {
  const at = (part: number) => ({ type: 'part-delta', choice: 0, part }) as const;

  const reply = collect([
    start,
    { type: 'part-start', choice: 0, part: 1, start: { type: 'tool-call', id: 'b', name: 'g' } },
    { type: 'part-start', choice: 0, part: 0, start: { type: 'tool-call', id: 'a', name: 'f' } },
    { ...at(1), delta: { type: 'arguments', json: '{"y"' } },
    { ...at(0), delta: { type: 'arguments', json: '{"x":1}' } },
    { ...at(1), delta: { type: 'arguments', json: ':2}' } },
    { type: 'choice-end', choice: 0, stopReason: 'tool-calls' },
    { type: 'end' },
  ]);

  expect(reply).toMatchObject({
    ok: true,
    value: {
      choices: [
        {
          content: [
            { id: 'a', argumentsJson: '{"x":1}' },
            { id: 'b', argumentsJson: '{"y":2}' },
          ],
        },
      ],
    },
  });
});

it('takes the latest usage and ignores whatever follows the end', () => {
  const usage = (uncached: number): StreamEvent => ({
    type: 'usage',
    usage: { input: { uncached }, output: {}, provenance: 'provider' },
  });

  const reply = collect([start, usage(1), usage(2), { type: 'end' }, usage(3)]);

  expect(reply).toMatchObject({ ok: true, value: { usage: { input: { uncached: 2 } } } });
});
