import type { UsageEvent } from '@tollgate/core/usage';
import { exportCalls } from '../adapters/sql/ledger/export-calls.ts';
import { openDatabase } from '../adapters/sqlite/open-database.ts';
import { createSqliteDatabase } from '../adapters/sqlite/sqlite-database.ts';
import { CliFailure } from './context.ts';

export { backUp, databaseStatus } from '../adapters/sqlite/inspect-database.ts';

/** Brings the schema up to date. */
export function migrateDatabase(dataDir: string): void {
  const opened = openDatabase(dataDir);
  if (!opened.ok) throw new CliFailure(opened.error.detail);
  opened.value.close();
}

/** Pages of the whole ledger, beside a running gateway too. */
export async function* ledgerPages(dataDir: string): AsyncGenerator<readonly UsageEvent[], void> {
  const opened = openDatabase(dataDir);
  if (!opened.ok) throw new CliFailure(opened.error.detail);
  const db = createSqliteDatabase(opened.value);
  try {
    yield* exportCalls(db);
  } finally {
    await db.close();
  }
}
