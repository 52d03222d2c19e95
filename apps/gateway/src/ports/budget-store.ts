import type { Budget, BudgetId, BudgetScope, BudgetTerms } from '@tollgate/core/budgets';

export interface NewBudget {
  readonly scope: BudgetScope;
  readonly terms: BudgetTerms;
}

/** What may change of a budget without making its counters mean something else. */
export type ChangedTerms = Partial<
  Pick<BudgetTerms, 'limit' | 'isHard' | 'onExhausted' | 'allowsUnpriced' | 'thresholds'>
>;

/** What budgets there are. Shared with the command line and other gateways through the database. */
export interface BudgetStore {
  list(): Promise<readonly Budget[]>;
  create(budget: NewBudget): Promise<Budget>;
  /** Undefined when there is none. */
  update(id: BudgetId, changed: ChangedTerms): Promise<Budget | undefined>;
  /** False when there is none. */
  delete(id: BudgetId): Promise<boolean>;
  /** Another number after each change, by whichever process. Cheap: asked each second. */
  version(): Promise<number>;
}
