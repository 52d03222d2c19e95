import {
  type Budget,
  isQuota,
  type LackingRoom,
  showAmount,
  showBudget,
  unitOf,
} from '@tollgate/core/budgets';
import type { BudgetFacts, GatewayError } from '@tollgate/core/chat';
import { quotaRefusal } from './quota-refusal.ts';

/** Of what only others' reservations lack, there may be room soon. */
const SOON_SECONDS = 5;

/** The refusal by the budget that lacks most for good; of several, the first. */
export function refusalBy(
  budget: Budget,
  lacking: LackingRoom,
  {
    now,
    end,
    isRunning = false,
    mayReadAll,
  }: {
    readonly now: number;
    /** Unix milliseconds, when its window ends; absent: never. */
    readonly end?: number | undefined;
    readonly isRunning?: boolean;
    /** Whether the caller may read what others spent. */
    readonly mayReadAll: boolean;
  },
): GatewayError {
  if (isQuota(budget)) return quotaRefusal(budget, lacking, now);
  const figures = mayReadAll || tellsFigures(budget);
  const facts = budgetFacts(budget, lacking, { end, figures });
  const mayComeSoon = lacking.spent + lacking.asked <= lacking.limit;
  const untilReset = end === undefined ? undefined : Math.max(1, Math.ceil((end - now) / 1000));
  const seconds = mayComeSoon ? Math.min(SOON_SECONDS, untilReset ?? SOON_SECONDS) : untilReset;
  return {
    kind: 'budget_exceeded',
    budget: { ...facts, ...(seconds === undefined ? undefined : { retryAfterSeconds: seconds }) },
    ...(isRunning ? { isRunning } : undefined),
  };
}

/**
 * Whether whoever a call belongs to may read what its budget stands at: that of a key and of a user is
 * their own. What a team, an organisation, a model or a tag has spent tells of others' calls.
 */
export const tellsFigures = ({ scope }: Pick<Budget, 'scope'>): boolean =>
  scope.kind === 'key' || scope.kind === 'user';

/** What a budget stands at, for a refusal or to explain one. */
export function budgetFacts(
  budget: Budget,
  { spent, reserved, asked }: Pick<LackingRoom, 'spent' | 'reserved' | 'asked'>,
  { end, figures }: { readonly end: number | undefined; readonly figures: boolean },
): BudgetFacts {
  const { measure, limit } = budget;
  const left = limit - spent - reserved;
  const shown = (amount: bigint): string => showAmount(measure, amount);
  return {
    id: budget.id,
    scope: budget.scope,
    terms: showBudget(budget),
    unit: unitOf(measure),
    limit: shown(limit),
    ...(figures && {
      spent: shown(spent),
      reserved: shown(reserved),
      left: shown(left < 0n ? 0n : left),
    }),
    asked: shown(asked),
    ...(end === undefined ? undefined : { resetAt: end }),
  };
}
