import { openDatabase } from '../adapters/sqlite/open-database.ts';
import { loadSecret } from '../adapters/sqlite/server-secret.ts';
import { createSqliteKeyStore } from '../adapters/sqlite/sqlite-key-store.ts';
import { createSqliteLedger } from '../adapters/sqlite/sqlite-ledger.ts';
import { systemClock } from '../adapters/system/system-clock.ts';
import type { Config } from '../config/config.ts';
import type { KeyStore } from '../ports/key-store.ts';
import type { UsageReports } from '../ports/usage-reports.ts';
import { CliFailure } from './context.ts';

export interface Stores {
  readonly keys: KeyStore;
  readonly reports: UsageReports;
}

/** Opens the data folder's stores for one command, beside a running gateway or without one. */
export async function withStores<T>(
  config: Config,
  use: (stores: Stores) => Promise<T>,
): Promise<T> {
  const db = openDatabase(config.dataDir);
  if (!db.ok) throw new CliFailure(db.error.detail);
  try {
    const secret = loadSecret(config.dataDir, config.secret);
    if (!secret.ok) throw new CliFailure(secret.error.detail);
    const keys = createSqliteKeyStore(db.value, secret.value, {
      configured: config.governance.keys,
    });
    const ledger = createSqliteLedger(db.value, { clock: systemClock });
    try {
      return await use({ keys, reports: ledger });
    } finally {
      await ledger.close();
    }
  } finally {
    db.value.close();
  }
}
