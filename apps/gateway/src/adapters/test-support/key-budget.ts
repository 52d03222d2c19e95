import { type Budget, parseBudget } from '@tollgate/core/budgets';

/** The budget `bud_1` of the key `key_1`, as its text says, from the beginning of time on. */
export function keyBudget(text: string): Budget {
  const terms = parseBudget(text);
  if (!terms.ok) throw new Error(terms.error);
  return { id: 'bud_1', scope: { kind: 'key', id: 'key_1' }, createdAt: 0, ...terms.value };
}
