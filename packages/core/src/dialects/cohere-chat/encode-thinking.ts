import { changed, type Loss, lost } from '../../chat/loss.ts';
import type { ReasoningSettings } from '../../chat/request.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { Ability } from '../../providers/ability.ts';

/** Tokens that stand for an effort; more effort than these is thinking without a bound. */
const BUDGET_OF_EFFORT: ReadonlyMap<string, number> = new Map([
  ['minimal', 1024],
  ['low', 2048],
  ['medium', 8192],
]);

/** `thinking`, where there is something to say of it: models that can think do so by themselves. */
export function encodeThinking(
  reasoning: ReasoningSettings | undefined,
  ability: Ability,
  losses: Loss[],
): JsonObject {
  if (reasoning === undefined) return {};
  const { enabled, effort, budgetTokens: budget, adaptive, visibility } = reasoning;
  const isOff = enabled === false || effort === 'none' || budget === 0;
  const isOn =
    enabled === true || effort !== undefined || budget !== undefined || adaptive === true;
  if (ability.reasoning === false) {
    if (isOn && !isOff) losses.push(lost('reasoning', 'reasoning', 'this model does not reason'));
    return {};
  }
  if (isOff) {
    if (ability.reasoningOff !== false) return { thinking: { type: 'disabled' } };
    losses.push(lost('reasoning', 'reasoning', 'this model can not be told not to reason'));
    return {};
  }
  if (visibility === 'hidden' || visibility === 'summary') {
    losses.push(
      lost('reasoningVisibility', 'reasoning.visibility', 'thoughts are shown as they are here'),
    );
  }
  if (!isOn) return {};
  if (budget !== undefined && effort !== undefined) {
    losses.push(lost('reasoningEffort', 'reasoning.effort', 'a budget is sent in its place'));
  }
  const bound = budget ?? budgetOf(effort, losses);
  return {
    thinking: { type: 'enabled', ...(bound === undefined ? {} : { token_budget: bound }) },
  };
}

function budgetOf(effort: string | undefined, losses: Loss[]): number | undefined {
  if (effort === undefined) return undefined;
  losses.push(
    changed(
      'reasoningEffort',
      'reasoning.effort',
      'emulated',
      'models are given a budget of tokens here',
    ),
  );
  return BUDGET_OF_EFFORT.get(effort);
}
