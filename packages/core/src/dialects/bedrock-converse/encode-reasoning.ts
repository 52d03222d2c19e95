import { changed, type Loss, lost } from '../../chat/loss.ts';
import type { ChatRequest, ReasoningSettings } from '../../chat/request.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { Ability } from '../../providers/ability.ts';
import type { Target } from '../dialect.ts';

export interface EncodedReasoning {
  /** For `additionalModelRequestFields`: what only some models know. */
  readonly fields: JsonObject;
  /** For `outputConfig`. */
  readonly effort: JsonObject;
  readonly isThinking: boolean;
}

const NOTHING: EncodedReasoning = { fields: {}, effort: {}, isThinking: false };

/** Models that are told by `thinking` whether to think; of the others only the effort is known. */
const THINKS = /(^|[./])anthropic\.claude/;

/** By the official client's type of `OutputConfig`. */
const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'];

const LEAST_BUDGET = 1024;

/** Tokens that stand for an effort where a model is told a budget. */
const BUDGETS: ReadonlyMap<string, number> = new Map([
  ['minimal', LEAST_BUDGET],
  ['low', 2048],
  ['medium', 8192],
  ['high', 16_384],
  ['xhigh', 32_768],
  ['max', 65_536],
]);
const USUAL_BUDGET = 8192;

/** An effort is the dialect's own word; budgets, and thinking switched off or on, are the models'. */
export function encodeReasoning(
  { reasoning }: ChatRequest,
  { ability, model }: Target,
  losses: Loss[],
): EncodedReasoning {
  if (reasoning === undefined) return NOTHING;
  const isOff = reasoning.enabled === false || reasoning.effort === 'none';
  const isOn = !isOff && isWanted(reasoning);
  if (!isOff && !isOn) {
    if (reasoning.visibility !== undefined) {
      const why = 'nothing is thought unless it is asked for';
      losses.push(lost('reasoningVisibility', 'reasoning.visibility', why));
    }
    return NOTHING;
  }
  if (ability.reasoning === false) {
    if (isOn) losses.push(lost('reasoning', 'reasoning', 'this model does not reason'));
    return NOTHING;
  }
  if (!THINKS.test(model)) return encodeEffortOnly(reasoning, isOff, losses);
  if (isOn) return encodeThinking(reasoning, ability, losses);
  if (ability.reasoningOff !== false) {
    const type = ability.reasoningOff === 'between-tools' ? 'between_tools' : 'disabled';
    return { ...NOTHING, fields: { thinking: { type } } };
  }
  losses.push(lost('reasoning', 'reasoning', 'this model can not be told not to reason'));
  return NOTHING;
}

const isWanted = ({ enabled, effort, budgetTokens, adaptive }: ReasoningSettings): boolean =>
  enabled === true || adaptive === true || effort !== undefined || budgetTokens !== undefined;

function encodeEffortOnly(
  reasoning: ReasoningSettings,
  isOff: boolean,
  losses: Loss[],
): EncodedReasoning {
  const why = 'this model is told how much to reason by an effort only';
  if (isOff || reasoning.effort === undefined) losses.push(lost('reasoning', 'reasoning', why));
  else {
    if (reasoning.budgetTokens !== undefined) {
      losses.push(lost('reasoningBudget', 'reasoning.budgetTokens', why));
    }
    if (reasoning.visibility !== undefined) {
      losses.push(lost('reasoningVisibility', 'reasoning.visibility', why));
    }
  }
  return isOff ? NOTHING : { ...NOTHING, effort: encodeEffort(reasoning.effort, losses) };
}

function encodeThinking(
  reasoning: ReasoningSettings,
  { reasoningBy }: Ability,
  losses: Loss[],
): EncodedReasoning {
  const { effort, budgetTokens } = reasoning;
  const display = encodeDisplay(reasoning, losses);
  if (reasoningBy === 'budget' || (budgetTokens !== undefined && reasoningBy === undefined)) {
    if (budgetTokens === undefined) {
      losses.push(
        changed(
          'reasoning',
          'reasoning',
          'emulated',
          'this model is given a budget of tokens to think',
        ),
      );
    } else if (budgetTokens < LEAST_BUDGET) {
      losses.push(
        changed(
          'reasoningBudget',
          'reasoning.budgetTokens',
          'clamped',
          `at least ${LEAST_BUDGET} here`,
        ),
      );
    }
    const wanted = budgetTokens ?? BUDGETS.get(effort ?? '') ?? USUAL_BUDGET;
    const thinking = { type: 'enabled', budget_tokens: Math.max(LEAST_BUDGET, wanted), ...display };
    return { fields: { thinking }, effort: {}, isThinking: true };
  }
  if (budgetTokens !== undefined) {
    losses.push(lost('reasoningBudget', 'reasoning.budgetTokens', 'this model is given an effort'));
  }
  const thinking = { type: 'adaptive', ...display };
  return { fields: { thinking }, effort: encodeEffort(effort, losses), isThinking: true };
}

/** By the Messages API's own words, which these models take in `thinking`. */
function encodeDisplay({ visibility }: ReasoningSettings, losses: Loss[]): JsonObject {
  if (visibility === undefined) return {};
  if (visibility === 'full') {
    const why = 'reasoning is shown as a summary here';
    losses.push(changed('reasoningVisibility', 'reasoning.visibility', 'clamped', why));
  }
  return { display: visibility === 'hidden' ? 'omitted' : 'summarized' };
}

function encodeEffort(effort: string | undefined, losses: Loss[]): JsonObject {
  if (effort === undefined) return {};
  if (EFFORTS.includes(effort)) return { effort };
  const isLeast = effort === 'minimal';
  losses.push(
    isLeast
      ? changed('reasoningEffort', 'reasoning.effort', 'clamped', 'the least effort here is "low"')
      : lost('reasoningEffort', 'reasoning.effort', `"${effort}" is no effort that is known here`),
  );
  return isLeast ? { effort: 'low' } : {};
}
