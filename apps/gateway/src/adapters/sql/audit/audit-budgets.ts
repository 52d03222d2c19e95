import {
  type Budget,
  budgetsFor,
  type CounterId,
  chargeOf,
  counterId,
  counterOf,
  factsOf,
} from '@tollgate/core/budgets';
import type { UsageEvent } from '@tollgate/core/usage';
import { PICO_PER_MICRO } from '../ledger/measures.ts';
import type { SqlReader } from '../sql.ts';
import type { Findings } from './findings.ts';

/** A gateway sees a new budget within a second. */
const SEEN_MS = 1_000;

/** What budgets ought to have spent, added up from rows, and held against what the ledger says. */
export class BudgetAudit {
  readonly #budgets: readonly Budget[];
  readonly #sums = new Map<CounterId, Sum>();

  constructor(budgets: readonly Budget[]) {
    this.#budgets = budgets;
  }

  add(event: UsageEvent): void {
    if (this.#budgets.length === 0) return;
    for (const budget of budgetsFor(this.#budgets, factsOf(event))) {
      const amount = chargeOf(budget, event);
      const { id, budgetId, window } = counterOf(budget, event.startedAt);
      const first: Sum = { budgetId, windowStart: window.start, sum: 0n, doubtful: 0n, calls: [] };
      const known = this.#sums.get(id) ?? first;
      if (event.startedAt < budget.createdAt + SEEN_MS) known.doubtful += amount;
      else known.sum += amount;
      if (known.calls.length < 10) known.calls.push(event.callId);
      this.#sums.set(id, known);
    }
  }

  async gaps(db: SqlReader): Promise<readonly BudgetGap[]> {
    const known = new Set(this.#budgets.map(({ id }) => id));
    const gaps = new Map(this.#sums);
    const found = new Map<string, bigint>();
    for (const row of await db.all('select * from budget_spend')) {
      const budgetId = String(row['budget_id']);
      // Of a budget that was deleted nobody asks any more.
      if (!known.has(budgetId)) continue;
      const windowStart = Number(row['window_start']);
      const id = counterId({ budgetId, windowStart });
      found.set(id, BigInt(String(row['millions'])) * PICO_PER_MICRO + BigInt(String(row['rest'])));
      if (!gaps.has(id)) gaps.set(id, { budgetId, windowStart, sum: 0n, doubtful: 0n, calls: [] });
    }
    return [...gaps].flatMap(([counter, { sum, doubtful, ...rest }]) => {
      const stored = found.get(counter) ?? 0n;
      const isRight = stored >= sum && stored <= sum + doubtful;
      return isRight ? [] : [{ counter, expected: sum + doubtful, found: stored, ...rest }];
    });
  }

  async compare(db: SqlReader, findings: Findings): Promise<void> {
    for (const { counter, expected, found, calls } of await this.gaps(db)) {
      findings.differ({
        check: 'budgets',
        what: `spent of ${counter}`,
        expected: String(expected),
        found: String(found),
        calls,
      });
    }
  }
}

/** A budget's window that has not spent what its rows say. */
export interface BudgetGap {
  readonly counter: CounterId;
  readonly budgetId: string;
  readonly windowStart: number;
  readonly expected: bigint;
  readonly found: bigint;
  readonly calls: readonly string[];
}

interface Sum {
  readonly budgetId: string;
  readonly windowStart: number;
  sum: bigint;
  /** Of calls that may have been admitted before their gateway had seen the budget. */
  doubtful: bigint;
  readonly calls: string[];
}
