import type { SqlReader, SqlRow, SqlValue } from '../sql/sql.ts';
import type { CopiedTable } from './copied-tables.ts';

const PAGE_ROWS = 1_000;

/** Rows of one table, each with its values in the order of the columns, which are sorted by name. */
export interface TablePage {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly SqlValue[])[];
}

/** A whole table, a page at a time: memory holds one. */
export async function* tablePages(
  reader: SqlReader,
  { name, key, pageRows = PAGE_ROWS }: CopiedTable,
): AsyncGenerator<TablePage, void> {
  const order = key.join(', ');
  const after = `where (${order}) > (${key.map(() => '?').join(', ')})`;
  let last: readonly SqlValue[] = [];
  for (;;) {
    const from = last.length === 0 ? '' : after;
    const rows = await reader.all(
      `select * from ${name} ${from} order by ${order} limit ${pageRows}`,
      ...last,
    );
    const end = rows.at(-1);
    if (end === undefined) return;
    const columns = Object.keys(end).sort();
    yield { columns, rows: rows.map((row) => columns.map((column) => valueIn(row, column))) };
    last = key.map((column) => valueIn(end, column));
  }
}

function valueIn(row: SqlRow, column: string): SqlValue {
  const value = row[column] ?? null;
  // SQLite takes a NUL in a text, and PostgreSQL none.
  if (typeof value === 'string') return value.replaceAll('\0', '\u{fffd}');
  if (value === null || typeof value === 'bigint' || value instanceof Uint8Array) return value;
  throw new Error(`column ${column} holds a ${typeof value}`);
}
