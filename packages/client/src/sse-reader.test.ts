import { describe, expect, it } from 'vitest';
import { createSseReader } from './sse-reader.ts';

const STREAM =
  'event: connected\ndata: {}\n\n\n: a comment\n\nid: 7\r\ndata: one\r\ndata:two\r\n\r\nevent: ping\rdata: \r\rdata: cut';
const MESSAGES = [
  { type: 'connected', data: '{}' },
  { type: 'message', data: 'one\ntwo', id: '7' },
  { type: 'ping', data: '' },
];

describe('createSseReader', () => {
  it('reads the same messages wherever the text is cut', () => {
    for (let at = 0; at <= STREAM.length; at += 1) {
      const read = createSseReader();

      const messages = [...read(STREAM.slice(0, at)), ...read(STREAM.slice(at))];

      expect(messages, `cut at ${at}`).toEqual(MESSAGES);
    }
  });

  it('refuses an event without end', () => {
    const read = createSseReader();
    const piece = 'x'.repeat(1024 * 1024);

    expect(() => {
      for (let count = 0; count < 17; count += 1) read(piece);
    }).toThrow('too long');
  });
});
