import { createDirectoryStores } from '../adapters/sql/directory-stores.ts';
import { createUsageReports } from '../adapters/sql/ledger/usage-reports.ts';
import { openDatabase } from '../adapters/sqlite/open-database.ts';
import { loadSecret } from '../adapters/sqlite/server-secret.ts';
import { createSqliteDatabase } from '../adapters/sqlite/sqlite-database.ts';
import { createIds } from '../adapters/system/create-ids.ts';
import { systemClock } from '../adapters/system/system-clock.ts';
import type { Config } from '../config/config.ts';
import type { UsageReports } from '../ports/usage-reports.ts';
import { createDirectory, type Directory } from '../services/admin/directory.ts';
import { CliFailure } from './context.ts';

export interface Stores {
  readonly directory: Directory;
  readonly reports: UsageReports;
}

/** Opens the data folder's stores for one command, beside a running gateway or without one. */
export async function withStores<T>(
  config: Config,
  use: (stores: Stores) => Promise<T>,
): Promise<T> {
  const opened = openDatabase(config.dataDir);
  if (!opened.ok) throw new CliFailure(opened.error.detail);
  const db = createSqliteDatabase(opened.value);
  try {
    const secret = loadSecret(config.dataDir, config.secret);
    if (!secret.ok) throw new CliFailure(secret.error.detail);
    const clock = systemClock;
    const stores = createDirectoryStores({
      db,
      secret: secret.value,
      clock,
      configured: config.governance.keys,
    });
    const directory = createDirectory({ stores, clock, ids: createIds() });
    return await use({ directory, reports: createUsageReports(db) });
  } finally {
    await db.close();
  }
}
