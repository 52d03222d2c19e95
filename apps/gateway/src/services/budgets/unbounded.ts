import {
  type Budget,
  dependsOnInput,
  holdsCeiling,
  showBudget,
  type UnseenInput,
} from '@tollgate/core/budgets';
import type { GatewayError } from '@tollgate/core/chat';

/*
 * What a hard budget refuses, since nobody can tell beforehand how much it may come to.
 */

/** `contextWindow`: what the model reads at most, where it is known. */
export function unboundedBy(
  budgets: readonly Budget[],
  unseen: UnseenInput | undefined,
  contextWindow: number | undefined,
): GatewayError | undefined {
  if (unseen === undefined) return undefined;
  const { path, kind } = unseen;
  const hard = budgets.filter(holdsCeiling);
  if (kind === 'turns') {
    const [budget] = hard;
    return budget === undefined ? undefined : { ...refused, path, detail: turns(budget, path) };
  }
  const budget = hard.find(({ measure }) => dependsOnInput(measure));
  if (budget === undefined || contextWindow !== undefined) return undefined;
  return { ...refused, path, detail: unknownLength(budget, path) };
}

export const unlimitedUnder = (budget: Budget): GatewayError => ({
  ...refused,
  detail: `${named(budget)} is hard, and nobody says how much this call may write: limit its output (max_tokens, max_completion_tokens, max_output_tokens or maxOutputTokens, as your dialect calls it).`,
});

const refused = { kind: 'invalid_request' } as const;

const named = (budget: Budget): string => `The budget ${budget.id} (${showBudget(budget)})`;

const turns = (budget: Budget, path: string): string =>
  `${named(budget)} is hard, and by ${path} the provider itself decides how often it reads the conversation again: nobody can tell what that may cost. Leave it out, or ask for a budget that is not hard.`;

const unknownLength = (budget: Budget, path: string): string =>
  `${named(budget)} is hard, and nobody can tell how long ${path} is, nor how much this model reads at most. Send it as text, use a model whose context window is known, or ask for a budget that is not hard.`;
