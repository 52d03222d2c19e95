import {
  amountOf,
  type Budget,
  type CallDoubt,
  concurrentOf,
  counterOf,
  type Doubts,
  growsWithCalls,
  isQuota,
  type Overshoot,
  overshootOf,
  showAmount,
  unseenOf,
  withDoubt,
} from '@tollgate/core/budgets';
import type { BudgetDefinitions } from './definitions.ts';

/** By how much budgets may be passed by calls like those that were let in in their windows. */
export interface Overshoots {
  /** A call was let in. */
  letIn(budgets: readonly Budget[], doubt: CallDoubt, at: number): void;
  /**
   * In what the budget counts, as text. Undefined: no call came in this window yet, or nobody limits what
   * one of them may think. `at`: Unix milliseconds.
   */
  mayPassBy(budgetId: string, at: number): string | undefined;
}

/** Budgets that are remembered; beyond it the one without calls for longest is forgotten. */
const MOST_REMEMBERED = 10_000;

interface Remembered {
  readonly counter: string;
  readonly doubts: Doubts;
}

export function createOvershoots(definitions: Pick<BudgetDefinitions, 'current'>): Overshoots {
  const seen = new Map<string, Remembered>();
  return {
    letIn: (budgets, doubt, at) => {
      for (const budget of budgets) {
        if (isQuota(budget) || !growsWithCalls(budget)) continue;
        const counter = counterOf(budget, at).id;
        const before = seen.get(budget.id);
        const call = {
          held: amountOf(budget.measure, doubt.held),
          unseen: unseenOf(budget, doubt),
        };
        const doubts = withDoubt(before?.counter === counter ? before.doubts : undefined, call);
        seen.delete(budget.id);
        seen.set(budget.id, { counter, doubts });
        const [oldest] = seen.keys();
        if (seen.size > MOST_REMEMBERED && oldest !== undefined) seen.delete(oldest);
      }
    },
    mayPassBy: (budgetId, at) => {
      const budget = definitions.current().find(({ id }) => id === budgetId);
      if (budget === undefined) return undefined;
      if (!growsWithCalls(budget)) return '0';
      const remembered = seen.get(budgetId);
      if (remembered?.counter !== counterOf(budget, at).id) return undefined;
      const concurrent = concurrentOf(budget, definitions.current());
      const overshoot = overshootOf(budget, remembered.doubts, concurrent);
      return overshoot === undefined ? undefined : showAmount(budget.measure, overshoot.total);
    },
  };
}

/** As `explain` shows it. */
export interface ShownOvershoot {
  /** Of one call, at most. */
  readonly perCall: string;
  /** Of as many such calls as find room beside each other. */
  readonly total: string;
}

export function shownOvershoot(
  budget: Budget,
  overshoot: Overshoot | undefined,
): ShownOvershoot | undefined {
  if (overshoot === undefined) return undefined;
  const shown = (amount: bigint): string => showAmount(budget.measure, amount);
  return { perCall: shown(overshoot.perCall), total: shown(overshoot.total) };
}
