import { ok, type Result } from '@tollgate/core';
import { optionalField, type StoredBudget } from '@tollgate/core/directory';
import type { Directory } from '../admin/directory.ts';

/** Budgets as administrators read them: each with the amount that it may be passed by. */
export function withOvershoots(
  budgets: Directory['budgets'],
  mayPassBy: (budgetId: string) => string | undefined,
): Directory['budgets'] {
  const shown = (budget: StoredBudget): StoredBudget => ({
    ...budget,
    ...optionalField('mayPassBy', mayPassBy(budget.id)),
  });
  const one = <E>(read: Result<StoredBudget, E>): Result<StoredBudget, E> =>
    read.ok ? ok(shown(read.value)) : read;
  return {
    ...budgets,
    get: async (by, id) => one(await budgets.get(by, id)),
    list: async (by, query) => {
      const page = await budgets.list(by, query);
      return page.ok ? ok({ ...page.value, items: page.value.items.map(shown) }) : page;
    },
  };
}
