import { createOutboxStore } from '../adapters/sql/sql-outbox-store.ts';
import { openDatabase } from '../adapters/sqlite/open-database.ts';
import { createSqliteDatabase } from '../adapters/sqlite/sqlite-database.ts';
import type { Config } from '../config/config.ts';
import type { OutboxStore } from '../ports/outbox-store.ts';
import { CliFailure } from './context.ts';

/** Opens the outbox for one command, beside a running gateway or without one. */
export async function withOutbox<T>(
  config: Config,
  use: (store: OutboxStore) => Promise<T>,
): Promise<T> {
  const file = openDatabase(config.dataDir);
  if (!file.ok) throw new CliFailure(file.error.detail);
  const db = createSqliteDatabase(file.value);
  try {
    return await use(createOutboxStore(db));
  } finally {
    await db.close();
  }
}
