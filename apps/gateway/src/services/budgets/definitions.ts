import { type Budget, type CallFacts, indexBudgets } from '@tollgate/core/budgets';
import type { BudgetStore } from '../../ports/budget-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';

/** How long a change by another process may go unseen. */
const REFRESH_MS = 500;

/** What budgets there are, at hand without waiting; read again soon after each change. */
export interface BudgetDefinitions {
  current(): readonly Budget[];
  /** When the newest was made, Unix milliseconds; 0 where there is none. */
  newestAt(): number;
  /** Those that a call counts for. */
  matching(call: CallFacts): readonly Budget[];
  /** To be waited for before a call is let in; undefined: they were looked at a moment ago. */
  fresh(): Promise<void> | undefined;
  /** This process has changed one: the next call is let in by what is read after it. */
  changed(): void;
}

/** Reads them before it is there: no call is admitted by budgets that nobody has read. */
export async function createBudgetDefinitions({
  store,
  clock,
  log,
}: {
  readonly store: BudgetStore;
  readonly clock: Clock;
  readonly log: Log;
}): Promise<BudgetDefinitions> {
  let version = await store.version();
  let budgets = await store.list();
  let matching = indexBudgets(budgets);
  let newestAt = newestOf(budgets);
  let checkedAt = clock.monotonic();
  let checking: Promise<void> | undefined;
  let isStale = false;

  const refresh = async (): Promise<void> => {
    const latest = await store.version();
    if (latest === version) return;
    budgets = await store.list();
    matching = indexBudgets(budgets);
    newestAt = newestOf(budgets);
    version = latest;
  };

  /** A store that can't be read leaves the budgets that are known: walls do not fall with it. */
  const check = (): Promise<void> => {
    checkedAt = clock.monotonic();
    if (checking !== undefined && !isStale) return checking;
    isStale = false;
    // One after another: one under way may have looked before the change.
    const latest = (checking ?? Promise.resolve())
      .then(refresh)
      .catch((error: unknown) => log.warn({ detail: String(error) }, 'budgets can’t be read'))
      .finally(() => {
        if (checking === latest) checking = undefined;
      });
    checking = latest;
    return latest;
  };

  return {
    current: () => budgets,
    newestAt: () => newestAt,
    matching: (call) => matching(call),
    fresh: () => (!isStale && clock.monotonic() - checkedAt < REFRESH_MS ? checking : check()),
    changed: () => {
      isStale = true;
    },
  };
}

const newestOf = (budgets: readonly Budget[]): number =>
  budgets.reduce((newest, { createdAt }) => Math.max(newest, createdAt), 0);
