import { createDirectoryStores } from '../adapters/sql/directory-stores.ts';
import { createUsageReports } from '../adapters/sql/ledger/usage-reports.ts';
import { createIds } from '../adapters/system/create-ids.ts';
import { systemClock } from '../adapters/system/system-clock.ts';
import type { Config } from '../config/config.ts';
import type { UsageReports } from '../ports/usage-reports.ts';
import { createDirectory, type Directory } from '../services/admin/directory.ts';
import { withDatabase } from './open-records.ts';

export interface Stores {
  readonly directory: Directory;
  readonly reports: UsageReports;
}

/** Opens the stores for one command, beside a running gateway or without one. */
export const withStores = <T>(config: Config, use: (stores: Stores) => Promise<T>): Promise<T> =>
  withDatabase(config, ({ db, secret }) => {
    const clock = systemClock;
    const configured = config.governance.keys;
    const stores = createDirectoryStores({ db, secret, clock, configured });
    const directory = createDirectory({ stores, clock, ids: createIds() });
    return use({ directory, reports: createUsageReports(db) });
  });
