import { type BudgetScope, parseBudget } from '@tollgate/core/budgets';
import type { createHarness } from '@tollgate/testkit';
import { createSqlBudgetStore } from '../../src/adapters/sql/budget-store.ts';
import { openDatabase } from '../../src/adapters/sqlite/open-database.ts';
import { createSqliteDatabase } from '../../src/adapters/sqlite/sqlite-database.ts';
import { createIds } from '../../src/adapters/system/create-ids.ts';
import { systemClock } from '../../src/adapters/system/system-clock.ts';

type Harness = Awaited<ReturnType<typeof createHarness>>;

/** The key that the harness's member has by configuration. */
export const MEMBER: BudgetScope = { kind: 'key', id: 'config:member' };

/** Budgets by their text, of the member's key unless another scope is given. */
export type BudgetList = readonly (string | readonly [text: string, scope: BudgetScope])[];

/** Starts the app anew with these budgets; resolves with their ids. */
export async function withBudgets(
  harness: Harness,
  budgets: BudgetList,
): Promise<readonly string[]> {
  await harness.stopApp();
  const ids = await storeBudgets(harness.dataDir, budgets);
  await harness.start();
  return ids;
}

/** Puts budgets into a data folder, as another process would. */
export async function storeBudgets(
  dataDir: string,
  budgets: BudgetList,
): Promise<readonly string[]> {
  const opened = openDatabase(dataDir);
  if (!opened.ok) throw new Error(opened.error.detail);
  const db = createSqliteDatabase(opened.value);
  const store = createSqlBudgetStore(db, { clock: systemClock, ids: createIds() });
  const ids: string[] = [];
  for (const one of budgets) {
    const [text, scope] = typeof one === 'string' ? [one, MEMBER] : one;
    const terms = parseBudget(text);
    if (!terms.ok) throw new Error(terms.error);
    ids.push((await store.create({ scope, terms: terms.value })).id);
  }
  await db.close();
  return ids;
}
