import {
  amountOf,
  type Budget,
  type CallEstimate,
  type CallFacts,
  counterOf,
} from '@tollgate/core/budgets';
import type { BudgetFacts } from '@tollgate/core/chat';
import type { SpentStore } from '../../ports/spent-store.ts';
import { budgetFacts } from './refusal.ts';
import type { Room, Stands } from './room.ts';

/** What a budget would say to a call, before it is made. */
export interface ExplainedBudget extends BudgetFacts {
  /** Whether the call would be let in. */
  readonly hasRoom: boolean;
}

export interface ExplainDeps {
  readonly matching: (call: CallFacts) => readonly Budget[];
  readonly standing: Room['standing'];
}

/**
 * The budgets that a call counts for, those without room first; undefined where the ledger can't tell
 * what is spent. `needs` is what the call is taken to need; nothing is held.
 */
export async function explainBudgets(
  { matching, standing }: ExplainDeps,
  call: CallFacts,
  needs: CallEstimate,
): Promise<readonly ExplainedBudget[] | undefined> {
  const budgets = matching(call);
  const counters = budgets.map((budget) => counterOf(budget, call.at));
  const stands = await standing(counters);
  if (stands === undefined) return undefined;
  const explained = budgets.map((budget): ExplainedBudget => {
    const { id, window } = counterOf(budget, call.at);
    const { spent, reserved } = stands.get(id) ?? NOTHING;
    const asked = amountOf(budget.measure, needs);
    const facts = budgetFacts(budget, { spent, reserved, asked }, window.end);
    return { ...facts, hasRoom: spent + reserved + asked <= budget.limit };
  });
  return explained.sort((one, other) => Number(one.hasRoom) - Number(other.hasRoom));
}

const NOTHING: Stands = { spent: 0n, reserved: 0n };

/** What counters stand at by the ledger alone, for whoever has no calls of its own. */
export const standingInLedger =
  (spent: Pick<SpentStore, 'figures'>): Room['standing'] =>
  async (counters) => {
    if (counters.length === 0) return new Map();
    const figures = await spent.figures(counters);
    return new Map(
      figures.map(({ counter, spent: settled, open }) => [
        counter.id,
        { spent: settled, reserved: open.reduce((sum, { amount }) => sum + amount, 0n) },
      ]),
    );
  };
