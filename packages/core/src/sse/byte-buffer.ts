const FIRST_BYTES = 1024;
/** A buffer that grew beyond this is let go after use, so that one big event isn't held for good. */
const KEPT_BYTES = 65_536;

/** Bytes that wait for more. Grows by doubling, so that any number of tiny pieces costs linear work. */
export interface ByteBuffer {
  length(): number;
  append(bytes: Uint8Array): void;
  /** A copy of all that waits; empties the buffer. */
  take(): Uint8Array;
}

export function createByteBuffer(): ByteBuffer {
  let bytes = new Uint8Array(0);
  let length = 0;
  return {
    length: () => length,
    append(more) {
      const needed = length + more.length;
      if (needed > bytes.length) {
        const grown = new Uint8Array(Math.max(needed, bytes.length * 2, FIRST_BYTES));
        grown.set(bytes.subarray(0, length));
        bytes = grown;
      }
      bytes.set(more, length);
      length = needed;
    },
    take() {
      const taken = bytes.slice(0, length);
      length = 0;
      if (bytes.length > KEPT_BYTES) bytes = new Uint8Array(0);
      return taken;
    },
  };
}
