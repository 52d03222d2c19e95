import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collect } from './collect.ts';
import type { ContentPart } from './content-part.ts';
import { createStopCutter, cutAtStop } from './cut-at-stop.ts';
import { replay } from './replay.ts';
import type { ChatReply } from './reply.ts';
import type { StreamEvent } from './stream-event.ts';

const replyOf = (...content: readonly ContentPart[]): ChatReply => ({
  id: 'r',
  model: 'm',
  choices: [{ content, stopReason: 'stop', rawReason: 'completed' }],
  usage: { input: { uncached: 3 }, output: { text: 9 }, provenance: 'provider' },
});
const text = (said: string): ContentPart => ({ type: 'text', text: said });
const call: ContentPart = {
  type: 'tool-call',
  id: 'call_1',
  name: 'weather',
  argumentsJson: '{"city":"END"}',
};

/** A few letters only, so that sequences are met and nearly met. */
const word = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '😀'), maxLength: 12 });
const sequences = fc.array(
  word.filter((one) => one !== ''),
  { minLength: 1, maxLength: 3 },
);

/** The events of a text that comes in these pieces. */
const inPieces = (pieces: readonly string[]): readonly StreamEvent[] => {
  const [start, ...rest] = replay(replyOf(text(pieces.join(''))));
  if (start === undefined) return [];
  const deltas = pieces.map(
    (piece): StreamEvent => ({
      type: 'part-delta',
      choice: 0,
      part: 0,
      delta: { type: 'text', text: piece },
    }),
  );
  const others = rest.filter(({ type }) => type !== 'part-delta');
  return [start, ...others.slice(0, 1), ...deltas, ...others.slice(1)];
};

const saidIn = (events: readonly StreamEvent[]): string =>
  events
    .map((event) =>
      event.type === 'part-delta' && event.delta.type === 'text' ? event.delta.text : '',
    )
    .join('');

describe('createStopCutter', () => {
  it('says what stands before the first sequence, in whatever pieces it comes', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), sequences, (pieces, stops) => {
        const whole = pieces.join('');
        const hits = stops.map((stop) => whole.indexOf(stop)).filter((at) => at !== -1);
        const cutter = createStopCutter(stops);

        const told = cutter.push(inPieces(pieces));

        expect(cutter.isCut()).toBe(hits.length > 0);
        expect(saidIn(told)).toBe(hits.length > 0 ? whole.slice(0, Math.min(...hits)) : whole);
        expect(told.filter(({ type }) => type === 'end' || type === 'error')).toHaveLength(1);
        expect(told.at(-1)).toEqual({ type: 'end' });
      }),
    );
  });

  it('holds back less than the longest sequence', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), sequences, (pieces, stops) => {
        const longest = Math.max(...stops.map(({ length }) => length));
        const cutter = createStopCutter(stops);
        const events = inPieces(pieces);
        let heard = '';
        let told = '';
        for (const event of events.slice(0, 2 + pieces.length)) {
          heard += saidIn([event]);
          told += saidIn(cutter.push([event]));
          if (cutter.isCut()) return;
          expect(heard.length - told.length).toBeLessThan(longest);
        }
      }),
    );
  });

  it('cuts a whole reply as it cuts a stream, and keeps what was counted', () => {
    fc.assert(
      fc.property(word, sequences, (said, stops) => {
        const reply = replyOf({ type: 'reasoning', text: said }, text(said), call);
        const streamed = collect(createStopCutter(stops).push(replay(reply)));

        expect(streamed.ok && { ...streamed.value, usage: reply.usage }).toEqual(
          cutAtStop(reply, stops),
        );
      }),
    );
  });

  it('tells which sequence ended the reply', () => {
    expect(
      cutAtStop(replyOf(text('one END two STOP'), call), ['STOP', 'END', 'EN']).choices,
    ).toEqual([
      {
        content: [text('one ')],
        stopReason: 'stop',
        rawReason: 'stop_sequence',
        stopSequence: 'END',
      },
    ]);
  });

  it('looks at neither thoughts nor arguments', () => {
    const reply = replyOf({ type: 'reasoning', text: 'the END' }, text('one'), call);
    expect(cutAtStop(reply, ['END'])).toBe(reply);
  });

  it('tells what it held when the reply fails', () => {
    const cutter = createStopCutter(['END']);
    const failed = { type: 'error', error: { kind: 'client_closed' } } as const;
    const events = [...inPieces(['one EN']).slice(0, 3), failed];

    expect(saidIn(cutter.push(events))).toBe('one EN');
  });
});
