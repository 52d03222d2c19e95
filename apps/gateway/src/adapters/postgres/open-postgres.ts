import { err, type Result } from '@tollgate/core';
import type { Secret } from '../../config/secret.ts';
import { migrate } from './migrate.ts';
import { createPostgresDatabase, type PostgresDatabase } from './postgres-database.ts';
import { postgresTrouble } from './postgres-trouble.ts';

/** Why PostgreSQL can't be used, and what to do about it: text for the operator, without the password. */
export interface PostgresProblem {
  readonly detail: string;
}

/** As long as steps of a migration may take, and the wait for another gateway that takes them. */
const MIGRATION_MS = 600_000;
/** As long as an operator's command may wait for whoever reads what it writes. */
const SILENT_MS = 3_600_000;

/** For one command of an operator, whose statements may read the whole ledger. */
export const openForCommand = (url: Secret): PostgresDatabase =>
  createPostgresDatabase({
    url: url.reveal(),
    maxConnections: 2,
    statementMs: MIGRATION_MS,
    silentMs: SILENT_MS,
  });

/** Brings the schema of a database up to date. */
export async function preparePostgres(url: Secret): Promise<Result<void, PostgresProblem>> {
  const db = openForCommand(url);
  try {
    return await migrate(db);
  } catch (error) {
    return err(problemOfPostgres(error, url));
  } finally {
    await db.close();
  }
}

export const problemOfPostgres = (error: unknown, url: Secret): PostgresProblem => ({
  detail: `PostgreSQL at ${placeOf(url)} can't be used: ${postgresTrouble(error)}`,
});

/** The pools of one gateway, apart by how long their statements may take. */
export interface PostgresPools {
  /** What calls wait for: keys, intents, budgets. A database that hangs is known as such in seconds. */
  readonly quick: PostgresDatabase;
  /** Reports, what is told to others, and kept. */
  readonly slow: PostgresDatabase;
  close(): Promise<void>;
}

const QUICK_MS = 4_000;
const SLOW_MS = 60_000;

export function openPools(url: Secret): PostgresPools {
  const quick = createPostgresDatabase({
    url: url.reveal(),
    maxConnections: 6,
    statementMs: QUICK_MS,
  });
  const slow = createPostgresDatabase({
    url: url.reveal(),
    maxConnections: 4,
    statementMs: SLOW_MS,
  });
  return {
    quick,
    slow,
    close: async () => {
      await Promise.all([quick.close(), slow.close()]);
    },
  };
}

/** Host and database, without user and password. */
export const placeOf = (url: Secret): string => {
  const { host, pathname } = new URL(url.reveal());
  return `${host}${pathname}`;
};
