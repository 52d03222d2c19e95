import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderSse } from './render-sse.ts';
import type { SseEvent } from './sse-event.ts';
import { createSseSplitter, joinPieces, type SsePiece } from './sse-splitter.ts';

const encoder = new TextEncoder();

const wire = fc
  .array(
    fc.constantFrom(
      'data: a',
      'data:',
      'event: e',
      ': c',
      'é🚀',
      '\n',
      '\r',
      '\r\n',
      '\n\n',
      '\uFEFF',
    ),
    { maxLength: 40 },
  )
  .map((parts) => encoder.encode(parts.join('')));

function split(bytes: Uint8Array, cuts: readonly number[]) {
  const splitter = createSseSplitter();
  const pieces: SsePiece[] = [];
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort(
    (a, b) => a - b,
  );
  for (const [index, edge] of edges.entries()) {
    const pushed = splitter.push(bytes.slice(edge, edges[index + 1] ?? bytes.length));
    if (pushed.ok) pieces.push(...pushed.value);
  }
  return { pieces, rest: splitter.end() };
}

const concat = (parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

const eventsOf = (pieces: readonly SsePiece[]) =>
  pieces.flatMap(({ event }) => (event === undefined ? [] : [event]));

describe('createSseSplitter', () => {
  it('loses and changes no byte, whatever the chunking', () => {
    fc.assert(
      fc.property(wire, fc.array(fc.nat(), { maxLength: 10 }), (bytes, cuts) => {
        const { pieces, rest } = split(bytes, cuts);
        expect(concat([...joinPieces(pieces), rest])).toEqual(bytes);
      }),
    );
  });

  it('sees the same events, whatever the chunking', () => {
    fc.assert(
      fc.property(wire, fc.array(fc.nat(), { maxLength: 10 }), (bytes, cuts) => {
        expect(eventsOf(split(bytes, cuts).pieces)).toEqual(eventsOf(split(bytes, []).pieces));
      }),
    );
  });

  it('reads back what was rendered', () => {
    const event: fc.Arbitrary<SseEvent> = fc
      .record({ event: fc.stringMatching(/^[a-z_.]{1,12}$/), data: fc.string({ unit: 'binary' }) })
      .map(({ event: name, data }) => ({
        event: name,
        data: data.replaceAll('\r', '\n').toWellFormed(),
      }));
    fc.assert(
      fc.property(fc.array(event), fc.array(fc.nat()), (events, cuts) => {
        const bytes = encoder.encode(events.map(renderSse).join(''));
        expect(eventsOf(split(bytes, cuts).pieces)).toEqual(events);
      }),
    );
  });
});

describe('joinPieces', () => {
  it('makes one view of neighbours and keeps a gap where one is left out', () => {
    const chunk = encoder.encode('data: 1\n\ndata: 2\n\ndata: 3\n\n');
    const pushed = createSseSplitter().push(chunk);
    const pieces = pushed.ok ? pushed.value : [];

    expect(joinPieces(pieces)).toEqual([chunk]);
    expect(joinPieces(pieces)[0]?.buffer).toBe(chunk.buffer);
    expect(joinPieces(pieces.filter(({ event }) => event?.data !== '2'))).toHaveLength(2);
  });
});
