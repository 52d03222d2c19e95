import { type Budget, parseBudget, SCOPE_KINDS, showBudget } from '@tollgate/core/budgets';
import type { BudgetStore } from '../../ports/budget-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Ids } from '../../ports/ids.ts';
import { raiseRevision, revisionOf } from './revision.ts';
import type { SqlDatabase, SqlRow, Statements } from './sql.ts';

export interface BudgetStoreOptions {
  readonly clock: Clock;
  readonly ids: Ids;
}

/** What budgets there are, over either engine. */
export function createSqlBudgetStore(
  db: SqlDatabase,
  { clock, ids }: BudgetStoreOptions,
): BudgetStore {
  const find = async (tx: Statements, id: string): Promise<Budget | undefined> => {
    const [row] = await tx.all('select * from budgets where id = ?', id);
    return row === undefined ? undefined : budgetOf(row);
  };

  return {
    list: async () => (await db.all('select * from budgets order by created_at, id')).map(budgetOf),

    create: async ({ scope, terms }) => {
      const budget = { id: ids.prefixed('bud_'), scope, createdAt: clock.now(), ...terms };
      await db.transaction(async (tx) => {
        await tx.run(
          `insert into budgets (id, scope_kind, scope_id, created_at, terms)
           values (?, ?, ?, ?, ?)`,
          budget.id,
          scope.kind,
          scope.id,
          budget.createdAt,
          showBudget(terms),
        );
        await raiseRevision(tx, TABLE);
      });
      return budget;
    },

    update: (id, changed) =>
      db.transaction(async (tx) => {
        const before = await find(tx, id);
        if (before === undefined) return undefined;
        const budget = { ...before, ...changed };
        await tx.run('update budgets set terms = ? where id = ?', showBudget(budget), id);
        await raiseRevision(tx, TABLE);
        return budget;
      }),

    delete: (id) =>
      db.transaction(async (tx) => {
        const isGone = (await tx.run('delete from budgets where id = ?', id)) > 0;
        if (isGone) await raiseRevision(tx, TABLE);
        return isGone;
      }),

    version: async () => Number(await revisionOf(db, TABLE)),
  };
}

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
