import { isModelMatch, type ModelPlace } from '../routing/model-access.ts';
import type { AdmittedCall } from '../usage/meter.ts';
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

/** The same of many budgets: only those are looked at that can be meant. */
export function indexBudgets(budgets: readonly Budget[]): (call: CallFacts) => readonly Budget[] {
  const byScope = new Map<string, Budget[]>();
  for (const budget of budgets) {
    const name = budget.scope.kind === 'model' ? 'model' : nameOf(budget.scope);
    const others = byScope.get(name);
    if (others === undefined) byScope.set(name, [budget]);
    else others.push(budget);
  }
  if (budgets.length === 0) return () => NONE;
  return (call) => {
    const scopes: readonly (BudgetScope | undefined)[] = [
      { kind: 'key', id: call.keyId },
      call.userId === undefined ? undefined : { kind: 'user', id: call.userId },
      call.teamId === undefined ? undefined : { kind: 'team', id: call.teamId },
      call.organisationId === undefined
        ? undefined
        : { kind: 'organisation', id: call.organisationId },
      ...(call.tags?.map((id) => ({ kind: 'tag' as const, id })) ?? []),
    ];
    const meant = scopes.flatMap((scope) =>
      scope === undefined ? [] : (byScope.get(nameOf(scope)) ?? []),
    );
    const all = [...meant, ...(byScope.get('model') ?? [])];
    return all.length === 0 ? NONE : budgetsFor(all, call);
  };
}

const NONE: readonly Budget[] = [];
const nameOf = ({ kind, id }: BudgetScope): string => `${kind} ${id}`;

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
export const factsOf = (event: AdmittedCall & Pick<UsageEvent, 'modelSent'>): CallFacts => ({
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
