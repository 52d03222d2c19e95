import { checkSharedSecret } from '../adapters/postgres/known-gateways.ts';
import { openPools, preparePostgres } from '../adapters/postgres/open-postgres.ts';
import { postgresTrouble } from '../adapters/postgres/postgres-trouble.ts';
import type { SqlDatabase } from '../adapters/sql/sql.ts';
import { openDatabase } from '../adapters/sqlite/open-database.ts';
import { loadSecret } from '../adapters/sqlite/server-secret.ts';
import { createSqliteDatabase } from '../adapters/sqlite/sqlite-database.ts';
import type { Config } from '../config/config.ts';
import type { Secret } from '../config/secret.ts';
import { CliFailure } from './context.ts';

export interface CommandDatabase {
  readonly db: SqlDatabase;
  readonly secret: Secret;
}

/** Opens where records lie for one command, beside running gateways or without one. */
export async function withDatabase<T>(
  config: Config,
  use: (opened: CommandDatabase) => Promise<T>,
): Promise<T> {
  const secret = loadSecret(config.dataDir, config.secret);
  if (!secret.ok) throw new CliFailure(secret.error.detail);
  const { ledger } = config.storage;
  if (ledger !== 'sqlite') return onPostgres(ledger, secret.value, use);
  const file = openDatabase(config.dataDir);
  if (!file.ok) throw new CliFailure(file.error.detail);
  const db = createSqliteDatabase(file.value);
  try {
    return await use({ db, secret: secret.value });
  } finally {
    await db.close();
  }
}

async function onPostgres<T>(
  url: Secret,
  secret: Secret,
  use: (opened: CommandDatabase) => Promise<T>,
): Promise<T> {
  const prepared = await preparePostgres(url);
  if (!prepared.ok) throw new CliFailure(prepared.error.detail);
  const pools = openPools(url);
  try {
    const isSame = await checkSharedSecret(pools.quick, secret).catch((error: unknown) => {
      throw new CliFailure(postgresTrouble(error));
    });
    if (!isSame.ok) throw new CliFailure(isSame.error.detail);
    return await use({ db: pools.slow, secret });
  } finally {
    await pools.close();
  }
}
