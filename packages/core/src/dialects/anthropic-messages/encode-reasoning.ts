import { changed, type Loss, lost } from '../../chat/loss.ts';
import type { ChatRequest, ReasoningSettings } from '../../chat/request.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { Ability } from '../../providers/ability.ts';
import { isForced } from './encode-tools.ts';

/** The least that may be thought, by the API's own rule; and it must be less than `max_tokens`. */
const LEAST_BUDGET = 1024;

/** Tokens that stand for an effort where a model is told a budget. */
const BUDGET_OF_EFFORT: ReadonlyMap<string, number> = new Map([
  ['minimal', 1024],
  ['low', 2048],
  ['medium', 8192],
  ['high', 16_384],
  ['xhigh', 32_768],
  ['max', 65_536],
]);

const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'];

/**
 * Tokens of the output limit that reasoning is likely to take, which the API counts in: room to be
 * made for it where nobody named a limit.
 */
export function reasoningRoom(request: ChatRequest, ability: Ability): number {
  const { reasoning } = request;
  if (reasoning === undefined || ability.reasoning === false) return 0;
  if (!isWanted(reasoning) || isKeptFrom(request, ability)) return 0;
  return reasoning.budgetTokens ?? BUDGET_OF_EFFORT.get(reasoning.effort ?? 'medium') ?? 0;
}

export interface EncodedReasoning {
  readonly thinking?: JsonObject;
  readonly effort?: string;
}

interface Limits {
  readonly ability: Ability;
  readonly maxTokens: number;
  readonly isPrefilled: boolean;
}

/** How the model is told to think: `thinking`, and `output_config.effort` where it is told by words. */
export function encodeReasoning(
  request: ChatRequest,
  limits: Limits,
  losses: Loss[],
): EncodedReasoning {
  const { reasoning } = request;
  if (reasoning === undefined) return {};
  if (limits.ability.reasoning === false) {
    if (isWanted(reasoning))
      losses.push(lost('reasoning', 'reasoning', 'this model does not reason'));
    return {};
  }
  if (reasoning.enabled === false || reasoning.effort === 'none') {
    return encodeOff(reasoning, limits.ability, losses);
  }
  if (isWanted(reasoning) && isKeptFrom(request, limits.ability)) {
    losses.push(lost('reasoning', 'reasoning', 'a forced tool call leaves no room for reasoning'));
    return {};
  }
  if (isWanted(reasoning) && limits.isPrefilled && limits.ability.reasoningBy === 'budget') {
    const why = 'words to go on from leave no room for reasoning';
    losses.push(lost('reasoning', 'reasoning', why));
    return {};
  }
  if (!isWanted(reasoning) && reasoning.visibility !== undefined) {
    const why = 'nothing is thought unless it is asked for';
    losses.push(lost('reasoningVisibility', 'reasoning.visibility', why));
  }
  return encodeWanted(reasoning, limits, losses);
}

/** A budget to think can not go with a call that must be made; who thinks by effort just calls. */
const isKeptFrom = (request: ChatRequest, ability: Ability): boolean =>
  isForced(request, ability) && ability.reasoningBy !== 'effort';

/** The most effort that a model takes which is told not to think, by the API's own rule. */
const LAZY_EFFORTS = ['low', 'medium', 'high'];

function encodeOff(
  { effort: asked }: ReasoningSettings,
  { reasoningOff, reasoningBy }: Ability,
  losses: Loss[],
): EncodedReasoning {
  const effort = asked === 'none' ? {} : encodeEffort(asked, losses);
  if (reasoningOff === false) {
    if (reasoningBy !== 'effort') {
      losses.push(lost('reasoning', 'reasoning', 'this model can not be told not to reason'));
      return effort;
    }
    const why = 'this model always reasons: it is told to do the least';
    losses.push(changed('reasoning', 'reasoning', 'clamped', why));
    return { effort: 'low' };
  }
  const type = reasoningOff === 'between-tools' ? 'between_tools' : 'disabled';
  if (reasoningBy !== 'effort' || LAZY_EFFORTS.includes(effort.effort ?? 'low')) {
    return { thinking: { type }, ...effort };
  }
  const why = 'the most effort without reasoning is "high" here';
  losses.push(changed('reasoningEffort', 'reasoning.effort', 'clamped', why));
  return { thinking: { type }, effort: 'high' };
}

const isWanted = ({ enabled, effort, budgetTokens, adaptive }: ReasoningSettings): boolean =>
  enabled !== false &&
  effort !== 'none' &&
  (enabled === true || effort !== undefined || budgetTokens !== undefined || adaptive === true);

function encodeWanted(
  reasoning: ReasoningSettings,
  limits: Limits,
  losses: Loss[],
): EncodedReasoning {
  const { effort, adaptive } = reasoning;
  const byBudget = limits.ability.reasoningBy === 'budget';
  if (reasoning.budgetTokens !== undefined && limits.ability.reasoningBy !== 'effort') {
    return {
      ...budgetThinking(reasoning.budgetTokens, reasoning, limits, losses),
      ...(byBudget ? {} : encodeEffort(effort, losses)),
    };
  }
  if (byBudget && isWanted(reasoning)) {
    losses.push(
      changed(
        'reasoning',
        'reasoning',
        'emulated',
        'this model is given a budget of tokens to think',
      ),
    );
    const usual = BUDGET_OF_EFFORT.get(effort ?? 'medium') ?? LEAST_BUDGET;
    // A budget that nobody named must leave room for an answer.
    const budget = Math.min(usual, Math.max(LEAST_BUDGET, Math.floor(limits.maxTokens / 2)));
    return budgetThinking(budget, reasoning, limits, losses);
  }
  if (reasoning.budgetTokens !== undefined) {
    losses.push(
      changed(
        'reasoningBudget',
        'reasoning.budgetTokens',
        'emulated',
        'this model is given an effort',
      ),
    );
    const named = effort ?? effortOfBudget(reasoning.budgetTokens);
    return { ...adaptiveThinking(reasoning, losses), ...encodeEffort(named, losses) };
  }
  // Here an effort means something without thinking too; every other dialect means thinking by it.
  const thinks = adaptive === true || reasoning.enabled === true || effort !== undefined;
  return {
    ...(thinks ? adaptiveThinking(reasoning, losses) : {}),
    ...encodeEffort(effort, losses),
  };
}

const effortOfBudget = (budget: number): string => {
  if (budget <= 4096) return 'low';
  return budget <= 16_384 ? 'medium' : 'high';
};

function encodeEffort(effort: string | undefined, losses: Loss[]): { readonly effort?: string } {
  if (effort === undefined) return {};
  if (effort !== 'minimal') {
    if (!EFFORTS.includes(effort)) {
      losses.push(
        lost('reasoningEffort', 'reasoning.effort', `"${effort}" is no effort that is known here`),
      );
      return {};
    }
    return { effort };
  }
  losses.push(
    changed('reasoningEffort', 'reasoning.effort', 'clamped', 'the least effort here is "low"'),
  );
  return { effort: 'low' };
}

const adaptiveThinking = (reasoning: ReasoningSettings, losses: Loss[]): EncodedReasoning => ({
  thinking: { type: 'adaptive', ...encodeDisplay(reasoning, losses) },
});

function budgetThinking(
  wanted: number,
  reasoning: ReasoningSettings,
  { maxTokens }: Limits,
  losses: Loss[],
): EncodedReasoning {
  const budget = Math.min(Math.max(wanted, LEAST_BUDGET), maxTokens - 1);
  if (budget < LEAST_BUDGET) {
    const why = `the output limit of ${maxTokens} leaves less than the ${LEAST_BUDGET} tokens that reasoning takes at least`;
    losses.push(lost('reasoning', 'reasoning', why));
    return {};
  }
  if (budget !== wanted) {
    const why = `at least ${LEAST_BUDGET}, and less than the output limit of ${maxTokens}`;
    losses.push(changed('reasoningBudget', 'reasoning.budgetTokens', 'clamped', why));
  }
  return {
    thinking: { type: 'enabled', budget_tokens: budget, ...encodeDisplay(reasoning, losses) },
  };
}

function encodeDisplay({ visibility }: ReasoningSettings, losses: Loss[]): JsonObject {
  switch (visibility) {
    case 'hidden':
      return { display: 'omitted' };
    case 'summary':
      return { display: 'summarized' };
    case 'full':
      losses.push(
        changed(
          'reasoningVisibility',
          'reasoning.visibility',
          'clamped',
          'reasoning is shown as a summary here',
        ),
      );
      return { display: 'summarized' };
    default:
      return {};
  }
}
