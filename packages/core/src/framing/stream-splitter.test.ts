import { amazonChunk, amazonEvent, amazonException, amazonMessage } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import type { Framing } from './framing.ts';
import { createStreamSplitter, mediaTypeOf, type StreamPiece } from './stream-splitter.ts';

function piecesOf(
  framing: Framing,
  parts: readonly (Uint8Array | string)[],
  size = 1e9,
): readonly StreamPiece[] {
  const splitter = createStreamSplitter(framing);
  const bytes = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const pieces: StreamPiece[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    pieces.push(...splitter.push(bytes.subarray(at, at + size)).pieces);
  }
  return pieces;
}

const textOf = (pieces: readonly StreamPiece[]): string =>
  pieces.map(({ bytes }) => Buffer.from(bytes).toString()).join('');

const DELTA = { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'é🚀' } };

describe('createStreamSplitter', () => {
  it('leaves server-sent events as they are', () => {
    const text = 'event: a\ndata: 1\n\n: hi\n\ndata: 2\n\n';

    expect(textOf(piecesOf('sse', [text], 3))).toBe(text);
    expect(mediaTypeOf('sse')).toBe('text/event-stream');
  });

  it('names each message of an event stream by its type', () => {
    const [piece] = piecesOf('amazon-events', [amazonEvent('messageStart', { role: 'assistant' })]);

    expect(piece?.event).toEqual({ event: 'messageStart', data: '{"role":"assistant"}' });
    expect(mediaTypeOf('amazon-events')).toBe('application/vnd.amazon.eventstream');
  });

  it('shows an event that is carried in chunks as its own API streams it, wherever it is cut', () => {
    const text = `event: content_block_delta\ndata: ${JSON.stringify(DELTA)}\n\n`;
    const bytes = amazonChunk(DELTA);

    for (let size = 1; size <= bytes.length; size += 1) {
      expect(textOf(piecesOf('amazon-chunks', [bytes], size))).toBe(text);
    }
  });

  it('finds the type of a carried event that does not begin with it', () => {
    const { type, ...rest } = DELTA;
    const [piece] = piecesOf('amazon-chunks', [amazonChunk({ ...rest, type })]);

    expect(piece?.event?.event).toBe('content_block_delta');
  });

  it.each([
    ['of another type', amazonEvent('metadata', { bytes: 'e30=' })],
    ['without bytes', amazonEvent('chunk', { p: 'abc' })],
    ['whose bytes are no base64', amazonEvent('chunk', { bytes: '*' })],
    ['that are no JSON', amazonEvent('chunk', Buffer.from('{'))],
    ['whose event has no type', amazonChunk({ ping: true })],
    [
      'whose event is no JSON',
      amazonEvent('chunk', { bytes: Buffer.from('x').toString('base64') }),
    ],
  ])('passes over chunks %s', (_case, message) => {
    expect(piecesOf('amazon-chunks', [message])).toEqual([]);
  });

  it.each<Framing>(['amazon-events', 'amazon-chunks'])(
    'tells an exception from an event, by name: %s',
    (framing) => {
      const pieces = piecesOf(framing, [
        amazonException('throttlingException', 'Too many tokens'),
        amazonMessage(
          {
            ':message-type': 'error',
            ':error-code': 'InternalError',
            ':error-message': 'An internal error',
          },
          new Uint8Array(0),
        ),
      ]);

      expect(pieces).toMatchObject([
        {
          isException: true,
          event: { event: 'throttlingException', data: '{"message":"Too many tokens"}' },
        },
        {
          isException: true,
          event: { event: 'InternalError', data: '{"message":"An internal error"}' },
        },
      ]);
    },
  );

  it('says why a stream can’t be read any further', () => {
    const splitter = createStreamSplitter('amazon-events', 64);

    expect(splitter.push(amazonEvent('messageStart', { role: 'x'.repeat(64) }))).toEqual({
      pieces: [],
      fault: { kind: 'event_too_large', limitBytes: 64 },
    });
    expect(createStreamSplitter('amazon-chunks').push(Buffer.from('data: {"a":1}\n\n'))).toEqual({
      pieces: [],
      fault: { kind: 'event_corrupt' },
    });
  });
});
