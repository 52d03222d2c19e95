import { changed, type Loss, lost } from '../../chat/loss.ts';
import type { ReasoningSettings } from '../../chat/request.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { Target } from '../dialect.ts';

/** Tokens that stand for an effort where a model is told a budget; its own most is 24,576. */
const BUDGET_OF_EFFORT: { readonly [effort: string]: number } = {
  minimal: 512,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 24_576,
  max: 24_576,
};

const LEVELS = ['minimal', 'low', 'medium', 'high'];

/** The first two generations are told a budget, later ones a level; they sign their calls as well. */
export const isEarly = (model: string): boolean => /(?:^|\/)(?:gemini-[12]\b|gemma)/.test(model);

/** `thinkingConfig`, or nothing where there is nothing to say. Level and budget never go together. */
export function encodeThinking(
  reasoning: ReasoningSettings | undefined,
  { ability, model }: Target,
  losses: Loss[],
): JsonObject | undefined {
  if (reasoning === undefined) return undefined;
  const isWanted = reasoning.enabled !== false && reasoning.effort !== 'none';
  if (ability.reasoning === false) {
    if (isWanted) losses.push(lost('reasoning', 'reasoning', 'this model does not reason'));
    return undefined;
  }
  const byBudget = ability.reasoningBy === 'budget' || (!ability.reasoningBy && isEarly(model));
  const config = {
    ...(isWanted ? amount(reasoning, byBudget, losses) : none(byBudget, losses)),
    ...visibility(reasoning, isWanted, losses),
  };
  return Object.keys(config).length === 0 ? undefined : config;
}

function none(byBudget: boolean, losses: Loss[]): JsonObject {
  if (byBudget) return { thinkingBudget: 0 };
  losses.push(
    changed(
      'reasoning',
      'reasoning',
      'clamped',
      'this model always reasons: it is told to do the least',
    ),
  );
  return { thinkingLevel: 'MINIMAL' };
}

function amount(reasoning: ReasoningSettings, byBudget: boolean, losses: Loss[]): JsonObject {
  const { effort, budgetTokens, adaptive } = reasoning;
  if (byBudget) {
    if (budgetTokens !== undefined) return { thinkingBudget: budgetTokens };
    if (effort === undefined) return adaptive === true ? { thinkingBudget: -1 } : {};
    losses.push(
      changed(
        'reasoningEffort',
        'reasoning.effort',
        'emulated',
        'this model is given a budget of tokens',
      ),
    );
    return { thinkingBudget: BUDGET_OF_EFFORT[effort] ?? -1 };
  }
  if (effort !== undefined) {
    if (budgetTokens !== undefined) {
      losses.push(lost('reasoningBudget', 'reasoning.budgetTokens', 'this model is given a level'));
    }
    return levelOf(effort, losses);
  }
  // Still taken by models that know levels.
  return budgetTokens === undefined ? {} : { thinkingBudget: budgetTokens };
}

function levelOf(effort: string, losses: Loss[]): JsonObject {
  if (LEVELS.includes(effort)) return { thinkingLevel: effort.toUpperCase() };
  if (effort === 'xhigh' || effort === 'max') {
    losses.push(
      changed('reasoningEffort', 'reasoning.effort', 'clamped', 'the most effort here is "high"'),
    );
    return { thinkingLevel: 'HIGH' };
  }
  losses.push(
    lost('reasoningEffort', 'reasoning.effort', `"${effort}" is no effort that is known here`),
  );
  return {};
}

/** Whoever switches thinking on, and not only chooses how much, expects to see it. */
function visibility(reasoning: ReasoningSettings, isWanted: boolean, losses: Loss[]): JsonObject {
  const { visibility: wanted } = reasoning;
  if (wanted === 'hidden') return { includeThoughts: false };
  if (!isWanted) return {};
  if (wanted === 'full') {
    losses.push(
      changed(
        'reasoningVisibility',
        'reasoning.visibility',
        'clamped',
        'reasoning is shown as a summary here',
      ),
    );
  }
  return wanted !== undefined || reasoning.enabled === true ? { includeThoughts: true } : {};
}
