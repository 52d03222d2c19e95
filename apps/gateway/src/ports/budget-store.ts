import type { Budget } from '@tollgate/core/budgets';

/** What budgets there are, to be held. The directory makes and changes them. */
export interface BudgetStore {
  list(): Promise<readonly Budget[]>;
  /** Another number after each change, by whichever process. Cheap: asked each second. */
  version(): Promise<number>;
}
