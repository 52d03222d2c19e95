import { err, ok, type Result } from '../result.ts';
import { lenientText } from '../utf8.ts';
import { createByteBuffer } from './byte-buffer.ts';
import { parseFrame } from './parse-frame.ts';
import type { SseEvent } from './sse-event.ts';

/** 16 MiB: an image in base64 fits, a provider that never ends its line does not fill the memory. */
export const MAX_EVENT_BYTES = 16 * 1024 * 1024;

/** One event's bytes up to and with its blank line. All pieces in order are the stream itself. */
export interface SsePiece {
  /** A view of the pushed chunk where the event lay whole in it, else a copy. */
  readonly bytes: Uint8Array;
  /** Absent for comments and what else carries no data. */
  readonly event?: SseEvent;
}

/** An event grew beyond the limit. Every later push says the same. */
export interface SseOverflow {
  readonly kind: 'event_too_large';
  readonly limitBytes: number;
}

export interface SseSplitter {
  push(chunk: Uint8Array): Result<readonly SsePiece[], SseOverflow>;
  /** What came after the last whole event; the standard drops it. */
  end(): Uint8Array;
}

const LF = 10;
const CR = 13;
const BOM = '\uFEFF';

/** The next line end at or after `from`, or -1. Without CR the search is native. */
function findLineEnd(chunk: Uint8Array, from: number, hasCr: boolean): number {
  if (!hasCr) return chunk[from] === LF ? from : chunk.indexOf(LF, from);
  for (let i = from; i < chunk.length; i += 1) {
    const byte = chunk[i];
    if (byte === LF || byte === CR) return i;
  }
  return -1;
}

/**
 * Cuts `text/event-stream` bytes into events without changing a byte.
 *
 * - Accepts LF, CRLF and CR, a BOM, and any chunking, mid-character splits included.
 * - Work is linear in bytes; memory is at most twice `maxEventBytes`.
 *
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function createSseSplitter(maxEventBytes: number = MAX_EVENT_BYTES): SseSplitter {
  const held = createByteBuffer();
  let atLineStart = true;
  /** The last byte was a CR that ended a line: an LF now belongs to it. */
  let afterCr = false;
  let isFirst = true;
  let hasOverflowed = false;

  const pieceOf = (bytes: Uint8Array): SsePiece => {
    let text = lenientText(bytes);
    if (isFirst) {
      isFirst = false;
      if (text.startsWith(BOM)) text = text.slice(1);
    }
    const event = parseFrame(text);
    return event === undefined ? { bytes } : { bytes, event };
  };

  const overflow = (): Result<readonly SsePiece[], SseOverflow> => {
    hasOverflowed = true;
    held.take();
    return err({ kind: 'event_too_large', limitBytes: maxEventBytes });
  };

  const completed = (chunk: Uint8Array, start: number, end: number): Uint8Array => {
    const own = start === 0 && end === chunk.length ? chunk : chunk.subarray(start, end);
    if (held.length() === 0) return own;
    held.append(own);
    return held.take();
  };

  return {
    push(chunk) {
      if (hasOverflowed) return overflow();
      const pieces: SsePiece[] = [];
      const hasCr = chunk.indexOf(CR) !== -1;
      let start = 0;
      let from = 0;
      if (afterCr && chunk.length > 0) {
        afterCr = false;
        if (chunk[0] === LF) from = 1;
      }
      while (from < chunk.length) {
        const lineEnd = findLineEnd(chunk, from, hasCr);
        if (lineEnd === -1) {
          atLineStart = false;
          break;
        }
        const isBlank = atLineStart && lineEnd === from;
        atLineStart = true;
        from = lineEnd + 1;
        if (chunk[lineEnd] === CR) {
          if (from === chunk.length) afterCr = true;
          else if (chunk[from] === LF) from += 1;
        }
        if (!isBlank) continue;
        if (held.length() + from - start > maxEventBytes) return overflow();
        pieces.push(pieceOf(completed(chunk, start, from)));
        start = from;
      }
      if (start < chunk.length) {
        if (held.length() + chunk.length - start > maxEventBytes) return overflow();
        held.append(start === 0 ? chunk : chunk.subarray(start));
      }
      return ok(pieces);
    },
    end: () => held.take(),
  };
}

/** The bytes of the pieces, with neighbours in one chunk as one view: fewer writes, no copies. */
export function joinPieces(pieces: readonly SsePiece[]): readonly Uint8Array[] {
  const joined: Uint8Array[] = [];
  let last: Uint8Array | undefined;
  for (const { bytes } of pieces) {
    if (last?.buffer === bytes.buffer && last.byteOffset + last.byteLength === bytes.byteOffset) {
      last = new Uint8Array(last.buffer, last.byteOffset, last.byteLength + bytes.byteLength);
      joined[joined.length - 1] = last;
    } else {
      last = bytes;
      joined.push(bytes);
    }
  }
  return joined;
}
