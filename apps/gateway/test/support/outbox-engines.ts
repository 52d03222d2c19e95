import { DatabaseSync } from 'node:sqlite';
import { createPostgres, missingPostgres } from '@tollgate/testkit';
import { OUTBOX_TABLES } from '../../src/adapters/postgres/outbox-tables.ts';
import { createPostgresDatabase } from '../../src/adapters/postgres/postgres-database.ts';
import type { SqlDatabase } from '../../src/adapters/sql/sql.ts';
import { MIGRATIONS } from '../../src/adapters/sqlite/migrations.ts';
import { createSqliteDatabase } from '../../src/adapters/sqlite/sqlite-database.ts';

interface Opened extends AsyncDisposable {
  readonly db: SqlDatabase;
}

async function openSqlite(): Promise<Opened> {
  const file = new DatabaseSync(':memory:');
  for (const step of MIGRATIONS) file.exec(step);
  const db = createSqliteDatabase(file);
  return { db, [Symbol.asyncDispose]: () => db.close() };
}

async function openPostgres(): Promise<Opened> {
  const server = await createPostgres();
  const db = createPostgresDatabase({ url: server.url });
  for (const statement of OUTBOX_TABLES.split(';')) await db.run(statement);
  return {
    db,
    [Symbol.asyncDispose]: async () => {
      await db.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** A new, empty outbox on each engine; `missing` says why an engine can't be had here. */
export const OUTBOX_ENGINES = [
  { name: 'sqlite', open: openSqlite, missing: undefined },
  { name: 'postgres', open: openPostgres, missing: await missingPostgres() },
] as const;
