import { describe, expect, it } from 'vitest';
import type { SseEvent } from './sse-event.ts';
import { createSseParser } from './sse-parser.ts';

const encoder = new TextEncoder();

function parse(text: string, size = Number.POSITIVE_INFINITY): readonly SseEvent[] {
  const parser = createSseParser();
  const bytes = encoder.encode(text);
  const events: SseEvent[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const pushed = parser.push(bytes.subarray(at, Math.min(at + size, bytes.length)));
    expect(pushed.ok).toBe(true);
    if (pushed.ok) events.push(...pushed.value);
  }
  return events;
}

describe('createSseParser', () => {
  it.each([
    ['LF', 'data: a\n\ndata: b\n\n'],
    ['CRLF', 'data: a\r\n\r\ndata: b\r\n\r\n'],
    ['CR', 'data: a\r\rdata: b\r\r'],
    ['mixed', 'data: a\r\n\ndata: b\n\r\n'],
  ])('accepts %s as line ends at any chunk size', (_name, text) => {
    for (const size of [1, 2, 3, 100])
      expect(parse(text, size)).toEqual([{ data: 'a' }, { data: 'b' }]);
  });

  it.each<[string, string, readonly SseEvent[]]>([
    ['a byte order mark at the very start', '\uFEFFdata: a\n\n', [{ data: 'a' }]],
    ['no byte order mark later on', 'data: a\n\n\uFEFFdata: b\n\n', [{ data: 'a' }]],
    [
      'comments and unknown fields',
      ': hi\nid: 1\nretry: 5\nfoo: bar\ndata: a\n\n',
      [{ data: 'a' }],
    ],
    ['a comment alone as no event', ': keep-alive\n\ndata: a\n\n', [{ data: 'a' }]],
    ['several data lines as one', 'data: a\ndata:\ndata:  b\n\n', [{ data: 'a\n\n b' }]],
    ['a field without a colon', 'data\n\n', [{ data: '' }]],
    [
      'a name, the last one winning',
      'event: x\nevent: y\ndata: a\n\n',
      [{ event: 'y', data: 'a' }],
    ],
    ['a name without data as no event', 'event: x\n\ndata: a\n\n', [{ data: 'a' }]],
    ['only one space after the colon', 'data:   a\n\n', [{ data: '  a' }]],
    ['colons in the value', 'data: {"a": "b:c"}\n\n', [{ data: '{"a": "b:c"}' }]],
    ['nothing of an event that never ends', 'data: a\n\ndata: b\n', [{ data: 'a' }]],
  ])('reads %s', (_name, text, expected) => {
    for (const size of [1, 7, 1000]) expect(parse(text, size)).toEqual(expected);
  });

  it('keeps characters whole that a chunk boundary cuts', () => {
    expect(parse('data: grüße 🚀 中\n\n', 1)).toEqual([{ data: 'grüße 🚀 中' }]);
  });

  it('says how much of an unfinished event it dropped', () => {
    const parser = createSseParser();
    parser.push(encoder.encode('data: a\n\ndata: b'));

    expect(parser.end()).toEqual({ droppedBytes: 7 });
  });

  it('gives up on an event beyond its limit, and stays given up', () => {
    const parser = createSseParser({ maxEventBytes: 20 });
    const line = encoder.encode('data: 12345');

    expect(parser.push(line)).toEqual({ ok: true, value: [] });
    const error = { ok: false, error: { kind: 'event_too_large', limitBytes: 20 } };
    expect(parser.push(line)).toEqual(error);
    expect(parser.push(encoder.encode('\n\n'))).toEqual(error);
  });
});
