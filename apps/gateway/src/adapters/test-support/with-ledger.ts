import type { DatabaseSync } from 'node:sqlite';
import type { Ledger } from '../../ports/ledger.ts';
import type { UsageReports } from '../../ports/usage-reports.ts';
import { createPostgresWriter } from '../postgres/postgres-ledger.ts';
import type { GroupCommitOptions } from '../sql/ledger/group-commit.ts';
import {
  type BatchWriter,
  type BatchWriterOptions,
  createBatchWriter,
} from '../sql/ledger/settle.ts';
import { createSqlLedger } from '../sql/ledger/sql-ledger.ts';
import type { SqlDatabase } from '../sql/sql.ts';
import { openDatabase } from '../sqlite/open-database.ts';
import { createSqliteDatabase } from '../sqlite/sqlite-database.ts';

interface InlineOptions extends Partial<GroupCommitOptions> {
  readonly instance?: string;
  readonly aliveSince?: () => Promise<number>;
}

/** The ledger without threads, on a connection of the test's own. Its end leaves that open. */
export function inlineLedger(
  db: SqlDatabase,
  { instance = 'gw_test', ...options }: InlineOptions = {},
): Ledger & UsageReports {
  return createSqlLedger({
    now: () => Date.UTC(2026, 10, 23, 12),
    writer: inlineWriter(db, { instance }),
    reader: db,
    db,
    instance,
    aliveSince: () => Promise.resolve(Number.POSITIVE_INFINITY),
    close: () => Promise.resolve(),
    ...options,
  });
}

export const inlineWriter = (db: SqlDatabase, options: BatchWriterOptions): BatchWriter =>
  db.engine === 'sqlite' ? createBatchWriter(db, options) : createPostgresWriter(db, options);

export const sqliteLedger = (db: DatabaseSync, options?: InlineOptions): Ledger & UsageReports =>
  inlineLedger(createSqliteDatabase(db), options);

/** Books calls in a data folder, as a gateway on it would; all are durable when it resolves. */
export async function withLedger(dataDir: string, use: (ledger: Ledger) => void): Promise<void> {
  const db = openDatabase(dataDir);
  if (!db.ok) throw new Error(db.error.detail);
  const ledger = sqliteLedger(db.value);
  try {
    use(ledger);
    await ledger.flush();
  } finally {
    await ledger.close();
    db.value.close();
  }
}
