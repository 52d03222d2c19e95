import type { BudgetScope } from '@tollgate/core/budgets';
import type { createHarness } from '@tollgate/testkit';
import { createDirectoryStores } from '../../src/adapters/sql/directory-stores.ts';
import { createIds } from '../../src/adapters/system/create-ids.ts';
import { systemClock } from '../../src/adapters/system/system-clock.ts';
import { OPERATOR, valueOrFail } from '../../src/cli/operator.ts';
import { Secret } from '../../src/config/secret.ts';
import { createDirectory } from '../../src/services/admin/directory.ts';
import { openSqlite } from './topologies.ts';

type Harness = Awaited<ReturnType<typeof createHarness>>;

/** The key that the harness's member has by configuration. */
export const MEMBER: BudgetScope = { kind: 'key', id: 'config:member' };

/** Budgets by their text, of the member's key unless another scope is given. */
export type BudgetList = readonly (string | readonly [text: string, scope: BudgetScope])[];

/** Starts the app anew with these budgets; resolves with their ids. */
export async function withBudgets(
  harness: Harness,
  budgets: BudgetList,
  openLedger = openSqlite,
): Promise<readonly string[]> {
  await harness.stopApp();
  const ids = await storeBudgets(harness.dataDir, budgets, openLedger);
  await harness.start();
  return ids;
}

/** Puts budgets into a data folder, as another process would. */
export async function storeBudgets(
  dataDir: string,
  budgets: BudgetList,
  openLedger = openSqlite,
): Promise<readonly string[]> {
  const db = openLedger(dataDir);
  const clock = systemClock;
  const secret = new Secret('no key is made');
  const stores = createDirectoryStores({ db, secret, clock, configured: [] });
  const directory = createDirectory({ stores, clock, ids: createIds() });
  const ids: string[] = [];
  for (const one of budgets) {
    const [budget, scope] = typeof one === 'string' ? [one, MEMBER] : one;
    ids.push(valueOrFail(await directory.budgets.create(OPERATOR, { scope, budget })).id);
  }
  await db.close();
  return ids;
}
