import { describe, expect, it } from 'vitest';
import { createSseSplitter } from './sse-splitter.ts';
import { withData } from './with-data.ts';

const mended = (frame: string, data: string): string => {
  const split = createSseSplitter().push(new TextEncoder().encode(frame));
  const [piece] = split.ok ? split.value : [];
  if (piece === undefined) throw new Error('no whole frame');
  return withData(piece, data);
};

describe('withData', () => {
  it.each([
    ['data: {"a":1}\n\n', 'data: {"b":"$&"}\n\n'],
    ['event: x\r\nid: 7\r\ndata:{"a":1}\r\n\r\n', 'event: x\r\nid: 7\r\ndata:{"b":"$&"}\r\n\r\n'],
    [': said\ndata: {"a":1}\n\n', ': said\ndata: {"b":"$&"}\n\n'],
    ['event: x\ndata: {"a":\ndata: 1}\n\n', 'event: x\ndata: {"b":"$&"}\n\n'],
  ])('changes nothing else of the frame %j', (frame, expected) => {
    expect(mended(frame, '{"b":"$&"}')).toBe(expected);
  });
});
