import {
  openForCommand,
  preparePostgres,
  problemOfPostgres,
} from '../adapters/postgres/open-postgres.ts';
import { isPostgresTrouble } from '../adapters/postgres/postgres-trouble.ts';
import type { SqlDatabase } from '../adapters/sql/sql.ts';
import { openDatabase } from '../adapters/sqlite/open-database.ts';
import { createSqliteDatabase } from '../adapters/sqlite/sqlite-database.ts';
import type { Config } from '../config/config.ts';
import type { Secret } from '../config/secret.ts';
import { CliFailure } from './context.ts';

/**
 * Opens the ledger for one command, its schema brought up to date, beside running gateways or without
 * one. Troubles of PostgreSQL end the command in words without its password.
 */
export const withLedger = <T>(
  { storage, dataDir }: Pick<Config, 'storage' | 'dataDir'>,
  use: (db: SqlDatabase) => Promise<T>,
): Promise<T> =>
  storage.ledger === 'sqlite' ? onSqlite(dataDir, use) : onPostgres(storage.ledger, use);

async function onSqlite<T>(dataDir: string, use: (db: SqlDatabase) => Promise<T>): Promise<T> {
  const opened = openDatabase(dataDir);
  if (!opened.ok) throw new CliFailure(opened.error.detail);
  const db = createSqliteDatabase(opened.value);
  try {
    return await use(db);
  } finally {
    await db.close();
  }
}

async function onPostgres<T>(url: Secret, use: (db: SqlDatabase) => Promise<T>): Promise<T> {
  const prepared = await preparePostgres(url);
  if (!prepared.ok) throw new CliFailure(prepared.error.detail);
  const db = openForCommand(url);
  try {
    return await use(db);
  } catch (error) {
    throw isPostgresTrouble(error) ? new CliFailure(problemOfPostgres(error, url).detail) : error;
  } finally {
    await db.close();
  }
}
