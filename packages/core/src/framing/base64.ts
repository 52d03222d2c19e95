declare global {
  /** Native to the pinned runtime, and not yet in the compiler's library of it. */
  interface Uint8ArrayConstructor {
    fromBase64(text: string): Uint8Array;
  }
}

/** Undefined when the text is not base64. */
export function bytesOfBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    return undefined;
  }
}
