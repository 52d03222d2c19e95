import { showBudget } from '@tollgate/core/budgets';
import type { Config } from '../config/config.ts';
import { type Check, failed, fine } from './check.ts';
import { CliFailure } from './context.ts';
import { withBooks } from './open-books.ts';

const MOST_NAMED = 5;

/** Whether budgets count the calls that pass. */
export async function checkBudgets(config: Config): Promise<Check> {
  try {
    const { budgets, calls, behind } = await withBooks(config, { isAlone: false }, (books) =>
      books.recentAccrual(),
    );
    if (budgets === 0) return fine('budgets', 'none is set');
    const count = `${budgets} budgets, latest calls: ${calls}`;
    if (behind.length === 0) return fine('budgets', `${count}, counted by each that applies`);
    const named = behind
      .slice(0, MOST_NAMED)
      .map((budget) => `${budget.id} (${showBudget(budget)})`);
    return failed(
      'budgets',
      `${count}, of which some were not counted by ${named.join(', ')}`,
      'tollgate audit names the calls; stop the gateways and mend it with tollgate audit --repair',
    );
  } catch (error) {
    if (!(error instanceof CliFailure)) throw error;
    return fine('budgets', 'no ledger to look into');
  }
}
