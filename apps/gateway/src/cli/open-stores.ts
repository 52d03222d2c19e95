import { createCalibration } from '@tollgate/core/budgets';
import { createSqlBudgetStore } from '../adapters/sql/budget-store.ts';
import { createDirectoryStores } from '../adapters/sql/directory-stores.ts';
import { createUsageReports } from '../adapters/sql/ledger/usage-reports.ts';
import { createSqlSpentStore } from '../adapters/sql/spent-store.ts';
import { createIds } from '../adapters/system/create-ids.ts';
import { systemClock } from '../adapters/system/system-clock.ts';
import type { Config } from '../config/config.ts';
import type { PriceBook } from '../ports/price-book.ts';
import type { UsageReports } from '../ports/usage-reports.ts';
import { createDirectory, type Directory } from '../services/admin/directory.ts';
import {
  createExplainBudgets,
  type ExplainBudgets,
  standingInLedger,
} from '../services/budgets/explain.ts';
import { createFindDestination } from '../services/destination.ts';
import { openPrices } from './open-prices.ts';
import { withDatabase } from './open-records.ts';

export interface Stores {
  readonly directory: Directory;
  readonly reports: UsageReports;
  readonly prices: PriceBook;
  /** By the ledger alone: a running gateway's own reservations stand in it as open intents. */
  readonly explainBudgets: ExplainBudgets;
}

/** Opens the stores for one command, beside a running gateway or without one. */
export const withStores = <T>(config: Config, use: (stores: Stores) => Promise<T>): Promise<T> =>
  withDatabase(config, ({ db, secret }) => {
    const clock = systemClock;
    const configured = config.governance.keys;
    const stores = createDirectoryStores({ db, secret, clock, configured });
    const directory = createDirectory({ stores, clock, ids: createIds() });
    const reports = createUsageReports(db);
    const prices = openPrices(config).book;
    const explainBudgets = createExplainBudgets({
      keys: directory.keys,
      findDestination: createFindDestination(config),
      prices,
      calibration: createCalibration(),
      budgets: createSqlBudgetStore(db).list,
      standing: standingInLedger(createSqlSpentStore(db, reports)),
      clock,
    });
    return use({ directory, reports, prices, explainBudgets });
  });
