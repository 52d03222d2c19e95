import { createCallPartitions } from '../postgres/call-partitions.ts';
import type { Statements } from '../sql/sql.ts';
import type { CopiedTable } from './copied-tables.ts';
import type { TablePage } from './table-pages.ts';

/** What an engine wants of rows that bring the numbers along which it gives to others. */
export interface ReceivingEngine {
  /** Stands between the columns and the values of an insertion. */
  readonly overriding: string;
  beforePage(table: CopiedTable, page: TablePage): Promise<void>;
  afterTable(table: CopiedTable): Promise<void>;
}

const SQLITE: ReceivingEngine = {
  overriding: '',
  beforePage: () => Promise.resolve(),
  // The next number is one more than the largest.
  afterTable: () => Promise.resolve(),
};

export const receivingEngine = (tx: Statements, now: number): ReceivingEngine =>
  tx.engine === 'sqlite' ? SQLITE : receivingPostgres(tx, now);

function receivingPostgres(tx: Statements, now: number): ReceivingEngine {
  const partitions = createCallPartitions({ transaction: (work) => work(tx) });
  return {
    overriding: 'overriding system value',
    beforePage: async ({ name }, { columns, rows }) => {
      if (name !== 'calls') return;
      const at = columns.indexOf('started_at');
      await partitions.ensure(
        rows.map((row) => Number(row[at])),
        now,
      );
    },
    afterTable: async ({ name, key: [column], isNumbered }) => {
      if (isNumbered !== true || column === undefined) return;
      const sequence =
        name === 'calls' ? "'calls_seq'" : `pg_get_serial_sequence('${name}', '${column}')`;
      await tx.all(
        `select setval(${sequence}, coalesce(max(${column}), 1), max(${column}) is not null) from ${name}`,
      );
    },
  };
}
