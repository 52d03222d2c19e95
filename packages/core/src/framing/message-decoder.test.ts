import { crc32 } from 'node:zlib';
import { amazonEvent, amazonMessage } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { type AmazonMessage, createMessageDecoder } from './message-decoder.ts';

const LIMIT = 1024;
const EVENTS = [
  amazonEvent('messageStart', { role: 'assistant' }),
  amazonEvent('contentBlockDelta', { delta: { text: 'Grüße 🚀' } }),
  amazonMessage({}, new Uint8Array(0)),
];

function decoded(bytes: Uint8Array, size: number): readonly AmazonMessage[] {
  const decoder = createMessageDecoder(LIMIT);
  const messages: AmazonMessage[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const pushed = decoder.push(bytes.subarray(at, at + size));
    expect(pushed.fault).toBeUndefined();
    messages.push(...pushed.messages);
  }
  return messages;
}

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const corrupt = { messages: [], fault: { kind: 'event_corrupt' } };

describe('createMessageDecoder', () => {
  it('reads the empty message that every implementation is tested by', () => {
    const message = hex('000000100000000005c248eb7d98c8ff');

    expect(decoded(message, 1)).toEqual([{ headers: new Map(), payload: new Uint8Array(0) }]);
  });

  it('reads the same messages wherever the bytes are cut', () => {
    const bytes = Buffer.concat(EVENTS);
    const whole = decoded(bytes, bytes.length);

    expect(whole.map(({ headers }) => headers.get(':event-type'))).toEqual([
      'messageStart',
      'contentBlockDelta',
      undefined,
    ]);
    for (let size = 1; size < bytes.length; size += 1) expect(decoded(bytes, size)).toEqual(whole);
  });

  it('passes over headers that are no text, of whatever type', () => {
    const typed = [
      [1, 97, 0],
      [1, 98, 1],
      [1, 99, 2, 5],
      [1, 100, 3, 0, 5],
      [1, 101, 4, 0, 0, 0, 5],
      [1, 102, 5, 0, 0, 0, 0, 0, 0, 0, 5],
      [1, 103, 6, 0, 2, 1, 2],
      [1, 104, 8, 0, 0, 0, 0, 0, 0, 0, 5],
      [1, 105, 9, ...Array.from({ length: 16 }, () => 1)],
      [1, 106, 7, 0, 1, 120],
    ].flat();

    const [message] = decoded(withHeaders(typed), 1000);

    expect(message?.headers).toEqual(new Map([['j', 'x']]));
  });

  it.each([
    ['a name without a value', [5, 97]],
    ['a type that is not known', [1, 97, 10]],
    ['a text longer than its message', [1, 97, 7, 0, 9, 120]],
    ['a text without its length', [1, 97, 7, 0]],
  ])('gives up on headers with %s', (_case, headers) => {
    expect(createMessageDecoder(LIMIT).push(withHeaders(headers))).toEqual(corrupt);
  });

  it('gives up on any changed byte, and stays given up', () => {
    const [first = new Uint8Array(0)] = EVENTS;
    for (let at = 0; at < first.length; at += 1) {
      const changed = Uint8Array.from(first);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const decoder = createMessageDecoder(LIMIT);

      expect(decoder.push(changed)).toEqual(corrupt);
      expect(decoder.push(first)).toEqual(corrupt);
    }
  });

  it('gives what came whole before a fault', () => {
    const [first = new Uint8Array(0), second = new Uint8Array(0)] = EVENTS;
    const decoder = createMessageDecoder(LIMIT);

    const pushed = decoder.push(Buffer.concat([first, Uint8Array.from(second).fill(0, 20, 30)]));

    expect(pushed.messages.map(({ headers }) => headers.get(':event-type'))).toEqual([
      'messageStart',
    ]);
    expect(pushed.fault).toEqual({ kind: 'event_corrupt' });
  });

  it('gives up on a message beyond its limit before it came', () => {
    const large = amazonEvent('chunk', { bytes: 'x'.repeat(LIMIT) });

    expect(createMessageDecoder(LIMIT).push(large.subarray(0, 12))).toEqual({
      messages: [],
      fault: { kind: 'event_too_large', limitBytes: LIMIT },
    });
  });

  it('gives up on a length that has no place for what it must hold', () => {
    const prelude = hex('0000000f0000000000000000').subarray(0, 8);

    expect(createMessageDecoder(LIMIT).push(withChecksum(prelude))).toEqual(corrupt);
  });
});

/** A message with these bytes as its headers: the testkit writes texts only. */
function withHeaders(headers: readonly number[]): Uint8Array {
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(16 + headers.length, 0);
  lengths.writeUInt32BE(headers.length, 4);
  return withChecksum(Buffer.concat([withChecksum(lengths), Uint8Array.from(headers)]));
}

function withChecksum(bytes: Uint8Array): Uint8Array {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(bytes));
  return Buffer.concat([bytes, checksum]);
}
