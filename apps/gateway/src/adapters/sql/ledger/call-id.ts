const UUID_BYTES = 16;
const UUID_LETTERS = 36;

/** A call's id in 16 bytes in place of 36 characters. What is no UUID (none is minted) keeps its letters. */
export function bytesOfCallId(id: string): Uint8Array {
  if (id.length === UUID_LETTERS) {
    const bytes = Buffer.from(id.replaceAll('-', ''), 'hex');
    if (bytes.length === UUID_BYTES) return bytes;
  }
  return Buffer.from(id);
}

export function callIdOf(bytes: unknown): string {
  if (!(bytes instanceof Uint8Array)) return '';
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length !== UUID_BYTES) return buffer.toString();
  const hex = buffer.toString('hex');
  const at = [0, 8, 12, 16, 20, 32];
  return at
    .slice(1)
    .map((end, index) => hex.slice(at[index], end))
    .join('-');
}
