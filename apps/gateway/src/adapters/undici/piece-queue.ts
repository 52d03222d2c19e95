/** Pieces of a body between the socket and its reader: first in, first out, counted in bytes. */
export class PieceQueue {
  #pieces: Uint8Array[] = [];
  #head = 0;
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  push(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#bytes += piece.byteLength;
  }

  shift(): Uint8Array | undefined {
    const piece = this.#pieces[this.#head];
    if (piece === undefined) return undefined;
    this.#head += 1;
    this.#bytes -= piece.byteLength;
    if (this.#head === this.#pieces.length) {
      this.#pieces = [];
      this.#head = 0;
    }
    return piece;
  }

  /** Everything as one; the queue is empty afterwards. A single piece isn't copied. */
  takeAll(): Uint8Array {
    const pieces = this.#pieces;
    const head = this.#head;
    const bytes = this.#bytes;
    this.clear();
    const only = pieces[head];
    if (only !== undefined && head === pieces.length - 1) return only;
    return Buffer.concat(pieces.slice(head), bytes);
  }

  clear(): void {
    this.#pieces = [];
    this.#head = 0;
    this.#bytes = 0;
  }
}
