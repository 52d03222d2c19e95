import { type Budget, parseBudget, SCOPE_KINDS } from '@tollgate/core/budgets';
import type { BudgetStore } from '../../ports/budget-store.ts';
import { revisionOf } from './revision.ts';
import type { SqlDatabase, SqlRow } from './sql.ts';

/** What budgets there are, over either engine. */
export const createSqlBudgetStore = (db: SqlDatabase): BudgetStore => ({
  list: async () => (await db.all('select * from budgets order by created_at, id')).map(budgetOf),
  version: async () => Number(await revisionOf(db, TABLE)),
});

const TABLE = 'budgets';

/** Throws for what was written by nobody of ours. */
function budgetOf(row: SqlRow): Budget {
  const id = String(row['id']);
  const kind = SCOPE_KINDS.find((known) => known === row['scope_kind']);
  const terms = parseBudget(String(row['terms']));
  if (kind === undefined || !terms.ok) throw new Error(`the budget ${id} can't be read`);
  return {
    id,
    scope: { kind, id: String(row['scope_id']) },
    createdAt: Number(row['created_at']),
    ...terms.value,
  };
}
