import { isModelMatch, type ModelPlace } from '../routing/model-access.ts';
import type { UsageEvent } from '../usage/usage-event.ts';
import type { Budget, BudgetScope } from './budget.ts';

/** What decides which budgets a call counts for: whose it is, and where it goes. */
export interface CallFacts extends ModelPlace {
  /** When the call was admitted, Unix milliseconds. */
  readonly at: number;
  readonly keyId: string;
  readonly userId?: string;
  readonly teamId?: string;
  readonly organisationId?: string;
  readonly tags?: readonly string[];
}

/** Those of the budgets that a call counts for. The tightest wins, since it needs room in each. */
export const budgetsFor = (budgets: readonly Budget[], call: CallFacts): readonly Budget[] =>
  budgets.filter(({ scope, createdAt }) => createdAt <= call.at && isInScope(scope, call));

function isInScope({ kind, id }: BudgetScope, call: CallFacts): boolean {
  switch (kind) {
    case 'key':
      return call.keyId === id;
    case 'user':
      return call.userId === id;
    case 'team':
      return call.teamId === id;
    case 'organisation':
      return call.organisationId === id;
    case 'tag':
      return call.tags?.includes(id) === true;
    case 'model':
      return isModelMatch(id, call);
  }
}

/** The facts as a booked row keeps them: by these an auditor finds the same budgets again. */
export const factsOf = (event: UsageEvent): CallFacts => ({
  at: event.startedAt,
  keyId: event.keyId,
  ...(event.userId === undefined ? undefined : { userId: event.userId }),
  ...(event.teamId === undefined ? undefined : { teamId: event.teamId }),
  ...(event.organisationId === undefined ? undefined : { organisationId: event.organisationId }),
  ...(event.tags === undefined ? undefined : { tags: event.tags }),
  asked: event.modelAsked,
  provider: event.provider ?? '',
  // A provider answers `gpt-4o` as `gpt-4o-2024-08-06`: the budget is on the name that it was sent.
  model: event.modelSent ?? event.modelServed ?? event.modelAsked,
});
