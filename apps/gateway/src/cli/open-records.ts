import { checkSharedSecret } from '../adapters/postgres/known-gateways.ts';
import type { SqlDatabase } from '../adapters/sql/sql.ts';
import { loadSecret } from '../adapters/sqlite/server-secret.ts';
import type { Config } from '../config/config.ts';
import type { Secret } from '../config/secret.ts';
import { CliFailure } from './context.ts';
import { withLedger } from './open-ledger.ts';

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
  return withLedger(config, async (db) => {
    if (db.engine === 'postgres') {
      const isSame = await checkSharedSecret(db, secret.value);
      if (!isSame.ok) throw new CliFailure(isSame.error.detail);
    }
    return use({ db, secret: secret.value });
  });
}
