import { lenientText } from '../utf8.ts';
import { crc32 } from './crc32.ts';

/** One message of AWS's event stream. Headers that are no text are left out: none of ours is. */
export interface AmazonMessage {
  readonly headers: ReadonlyMap<string, string>;
  readonly payload: Uint8Array;
}

/** Why a stream can't be read any further. Every later push says the same. */
export type FramingFault =
  | { readonly kind: 'event_too_large'; readonly limitBytes: number }
  /** A checksum doesn't fit, or a length leads out of its message. */
  | { readonly kind: 'event_corrupt' };

export interface MessageDecoder {
  push(chunk: Uint8Array): {
    readonly messages: readonly AmazonMessage[];
    /** Why nothing follows them. */
    readonly fault?: FramingFault;
  };
}

const PRELUDE_BYTES = 12;
const CHECKSUM_BYTES = 4;

/**
 * Cuts AWS's event stream into messages: lengths, their checksum, headers, payload, checksum of all.
 * Any chunking will do; memory is bounded by one message, work is linear in bytes.
 *
 * Source: https://docs.aws.amazon.com/transcribe/latest/dg/streaming-setting-up.html, event stream encoding
 */
export function createMessageDecoder(limitBytes: number): MessageDecoder {
  /** The message that is being filled: only its prelude until its length is known. */
  let frame = new Uint8Array(PRELUDE_BYTES);
  let filled = 0;
  let fault: FramingFault | undefined;

  /** What makes the length in a whole prelude unbelievable. */
  const faultOf = (prelude: Uint8Array): FramingFault | undefined => {
    const total = uint32(prelude, 0);
    if (crc32(prelude.subarray(0, 8)) !== uint32(prelude, 8)) return { kind: 'event_corrupt' };
    if (total > limitBytes) return { kind: 'event_too_large', limitBytes };
    const isShort = total < PRELUDE_BYTES + uint32(prelude, 4) + CHECKSUM_BYTES;
    return isShort ? { kind: 'event_corrupt' } : undefined;
  };

  return {
    push(chunk) {
      const messages: AmazonMessage[] = [];
      let at = 0;
      while (at < chunk.length && fault === undefined) {
        const taken = chunk.subarray(at, at + frame.length - filled);
        frame.set(taken, filled);
        filled += taken.length;
        at += taken.length;
        if (filled < frame.length) break;
        if (filled === PRELUDE_BYTES) {
          fault = faultOf(frame);
          const whole = new Uint8Array(fault === undefined ? uint32(frame, 0) : filled);
          whole.set(frame);
          frame = whole;
          continue;
        }
        const message = readMessage(frame);
        if (message === undefined) fault = { kind: 'event_corrupt' };
        else messages.push(message);
        frame = new Uint8Array(PRELUDE_BYTES);
        filled = 0;
      }
      return fault === undefined ? { messages } : { messages, fault };
    },
  };
}

const uint32 = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);

/** A message whose prelude has been believed. */
function readMessage(frame: Uint8Array): AmazonMessage | undefined {
  const end = frame.length - CHECKSUM_BYTES;
  if (crc32(frame.subarray(0, end)) !== uint32(frame, end)) return undefined;
  const payloadStart = PRELUDE_BYTES + uint32(frame, 4);
  const headers = readHeaders(frame.subarray(PRELUDE_BYTES, payloadStart));
  return headers === undefined
    ? undefined
    : { headers, payload: frame.subarray(payloadStart, end) };
}

const STRING = 7;
const BINARY = 6;
/** Bytes of the values that have a fixed size, by type: true, false, byte, short, int, long, timestamp, UUID. */
const SIZES: ReadonlyMap<number, number> = new Map([
  [0, 0],
  [1, 0],
  [2, 1],
  [3, 2],
  [4, 4],
  [5, 8],
  [8, 8],
  [9, 16],
]);

function readHeaders(bytes: Uint8Array): ReadonlyMap<string, string> | undefined {
  const headers = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const nameStart = at + 1;
    const nameEnd = nameStart + (bytes[at] ?? 0);
    const type = bytes[nameEnd];
    if (type === undefined) return undefined;
    const hasLength = type === STRING || type === BINARY;
    const valueStart = nameEnd + (hasLength ? 3 : 1);
    const size = hasLength ? uint16(bytes, nameEnd + 1) : SIZES.get(type);
    if (size === undefined || valueStart + size > bytes.length) return undefined;
    at = valueStart + size;
    if (type !== STRING) continue;
    const name = lenientText(bytes.subarray(nameStart, nameEnd));
    headers.set(name, lenientText(bytes.subarray(valueStart, at)));
  }
  return headers;
}

const uint16 = (bytes: Uint8Array, at: number): number | undefined => {
  const [high, low] = bytes.subarray(at, at + 2);
  return high === undefined || low === undefined ? undefined : high * 256 + low;
};
