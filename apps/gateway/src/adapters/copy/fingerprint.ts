import { hash } from 'node:crypto';
import type { SqlValue } from '../sql/sql.ts';
import type { TablePage } from './table-pages.ts';

/**
 * Tells whether two tables hold the same rows, whatever their order: engines sort texts each in their
 * own. The sum of 64 bits of each row's digest: proof against faults, not against forgers.
 */
export class Fingerprint {
  #rows = 0;
  #sum = 0n;

  get rows(): number {
    return this.#rows;
  }

  add({ columns, rows }: TablePage): void {
    const names = columns.join();
    for (const row of rows) {
      const digest = hash('sha256', `${names}\n${row.map(textOf).join()}`, 'buffer');
      this.#sum = BigInt.asUintN(64, this.#sum + digest.readBigUInt64LE());
    }
    this.#rows += rows.length;
  }

  equals(other: Fingerprint): boolean {
    return this.#rows === other.#rows && this.#sum === other.#sum;
  }
}

/** No two values have one text, and none is the beginning of another's. */
function textOf(value: SqlValue): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return `${value.length}"${value}"`;
  return typeof value === 'object' ? `x${Buffer.from(value).toString('hex')}` : String(value);
}
