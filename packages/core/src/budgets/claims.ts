import { isModelMatch } from '../routing/model-access.ts';
import { type Budget, isTokens, type Measure } from './budget.ts';
import type { CallFacts } from './budgets-for.ts';
import { type Counter, counterOf } from './window.ts';

/** What a call is taken to cost: whole tokens, and whole pico-dollars where it has a price. */
export interface CallEstimate {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly picoUsd?: bigint;
}

/** What a call holds of one counter until it is settled: there is room, or the call is refused. */
export interface Claim {
  readonly counter: Counter;
  /** What spent and held may come to together. */
  readonly limit: bigint;
  readonly amount: bigint;
  /** May grow past the limit once the call runs. */
  readonly mayOutgrow: boolean;
}

/** Of a token class that nobody knows beforehand, as much as the tokens can hold of it. */
export function amountOf(measure: Measure, estimate: CallEstimate): bigint {
  const { inputTokens, outputTokens } = estimate;
  switch (measure) {
    case 'requests':
    case 'concurrent':
      return 1n;
    case 'usd':
      return estimate.picoUsd ?? 0n;
    case 'input tokens':
    case 'uncached input tokens':
    case 'cache read tokens':
    case 'cache write tokens':
      return BigInt(inputTokens);
    case 'output tokens':
    case 'reasoning tokens':
      return BigInt(outputTokens);
    case 'tokens':
    case 'audio tokens':
    case 'image tokens':
      return BigInt(inputTokens + outputTokens);
  }
}

/** Whether what a call comes to is known at its end alone. */
export const isCountedAtEnd = (measure: Measure): boolean => measure === 'usd' || isTokens(measure);

/** The budgets that hold the most that a call may cost, where that is more than what it will. */
export const holdsCeiling = ({ isHard, measure }: Budget): boolean =>
  isHard && isCountedAtEnd(measure);

/** The budgets of which a call may come to hold more while it runs; others are never passed. */
export const growsWithCalls = ({ isHard, measure }: Budget): boolean =>
  !isHard && isCountedAtEnd(measure);

/**
 * What a budget lacks to count a call beforehand: a limit of its output, without which a hard one has no
 * ceiling to hold, or a price. Undefined: nothing.
 */
export function lackingFor(
  budget: Budget,
  {
    likely,
    ceiling,
  }: { readonly likely: CallEstimate; readonly ceiling: CallEstimate | undefined },
): 'limit' | 'price' | undefined {
  const estimate = holdsCeiling(budget) ? ceiling : likely;
  if (estimate === undefined) return 'limit';
  const isUnpriced = budget.measure === 'usd' && estimate.picoUsd === undefined;
  return isUnpriced && !budget.allowsUnpriced ? 'price' : undefined;
}

/**
 * What a call needs of each budget that it counts for: of hard ones the ceiling, of others what it is likely to cost.
 */
export const claimsFor = (
  budgets: readonly Budget[],
  {
    call,
    likely,
    ceiling,
  }: {
    readonly call: CallFacts;
    readonly likely: CallEstimate;
    readonly ceiling: CallEstimate;
  },
): readonly Claim[] =>
  budgets.map((budget) => ({
    counter: counterOf(budget, call.at),
    limit: isCheaperOf(budget, call) ? UNLIMITED : budget.limit,
    amount: amountOf(budget.measure, holdsCeiling(budget) ? ceiling : likely),
    mayOutgrow: budget.onExhausted.type === 'finish-running',
  }));

/** What a budget names in place of a refusal is charged to it, and never refused by it. */
export const isCheaperOf = ({ onExhausted }: Budget, call: CallFacts): boolean =>
  onExhausted.type === 'cheaper' && isModelMatch(onExhausted.model, call);

/** More than can ever be spent, within 64 bits. */
const UNLIMITED = 2n ** 63n - 1n;
