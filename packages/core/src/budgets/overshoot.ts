import type { ModelPrice } from '../pricing/model-price.ts';
import type { Budget, Measure } from './budget.ts';
import type { WorstSeen } from './calibration.ts';
import { amountOf, type CallEstimate, growsWithCalls, isCountedAtEnd } from './claims.ts';
import { type CallSize, dearestCost, dearestPrice, FRAMING_TOKENS } from './estimate.ts';

/** How much of a call its budgets can't see until its provider has counted it. */
export interface CallDoubt extends CallSize {
  /** What it holds of its budgets at the least. */
  readonly held: CallEstimate;
  /** As far as the model itself is known to be limited. */
  readonly modelMaximum?: number | undefined;
  /** Whether the model may think where nobody sees it. */
  readonly mayThink: boolean;
  /** Whether what it writes is looked at as it passes; else it is held at its likely cost to its end. */
  readonly isWatched: boolean;
  /** Tokens that are taken to stand behind a byte that passes. */
  readonly tokensPerSaidByte: number;
  /** Of the model's calls before; undefined: too few were counted. */
  readonly worst: WorstSeen | undefined;
  readonly price: ModelPrice | undefined;
}

/**
 * What passes before a call can be ended: a read of the network, in bytes. Node reads a socket in
 * pieces of at most 64 KiB (`net.Socket`, libuv's suggested size).
 */
const PIECE_BYTES = 65_536;

/**
 * By how much one call may come to more than it holds of a budget, in what that counts. 0: never.
 * Undefined: nobody knows, since nobody limits what it may think.
 *
 * - Input: a token for each byte and the framing, which no tokenizer passes; where enough calls of the
 *   model were counted, the most that a byte became of them.
 * - Output: one piece of the network, and thoughts that are not shown: of calls that were counted the
 *   largest share that was not seen, else all that it may write, or nothing of a model that doesn't think.
 */
export function unseenOf(budget: Budget, doubt: CallDoubt): bigint | undefined {
  if (!growsWithCalls(budget)) return 0n;
  const inputTokens = worstInput(doubt);
  const outputTokens = worstOutput(budget, doubt, inputTokens);
  if (outputTokens === undefined && dependsOnOutput(budget.measure)) return undefined;
  const tokens = { inputTokens, outputTokens: outputTokens ?? 0 };
  const picoUsd = doubt.price === undefined ? undefined : dearestCost(tokens, doubt.price);
  const worst = amountOf(budget.measure, { ...tokens, ...(picoUsd !== undefined && { picoUsd }) });
  const unseen = worst - amountOf(budget.measure, doubt.held);
  return unseen > 0n ? unseen : 0n;
}

const ONLY_INPUT: ReadonlySet<Measure> = new Set([
  'input tokens',
  'uncached input tokens',
  'cache read tokens',
  'cache write tokens',
]);

const dependsOnOutput = (measure: Measure): boolean => !ONLY_INPUT.has(measure);

/** Whether what a budget counts depends on how long a call's input is. */
export const dependsOnInput = (measure: Measure): boolean =>
  isCountedAtEnd(measure) && measure !== 'output tokens' && measure !== 'reasoning tokens';

function worstInput({ inputBytes, held, worst }: CallDoubt): number {
  const certain = inputBytes + FRAMING_TOKENS;
  const learned = worst === undefined ? certain : Math.ceil(inputBytes * worst.tokensPerByte);
  return Math.max(held.inputTokens, Math.min(certain, learned));
}

function worstOutput(budget: Budget, doubt: CallDoubt, inputTokens: number): number | undefined {
  const { held, worst, isWatched, maxOutputTokens, modelMaximum, tokensPerSaidByte } = doubt;
  const limits = [maxOutputTokens, modelMaximum, worst?.outputTokens];
  const most = Math.min(...limits.filter((one) => one !== undefined));
  const isEnded = isWatched && budget.onExhausted.type !== 'finish-running';
  // What is seen is held at the price of text: what costs more is not seen whole.
  const isSeenWhole = isEnded && !(budget.measure === 'usd' && hasDearerOutput(doubt, inputTokens));
  const share = isSeenWhole ? unseenShare(doubt) : 1;
  if (share > 0 && most === Number.POSITIVE_INFINITY) return undefined;
  const thoughts = share === 0 ? 0 : Math.ceil(most * share);
  const piece = Math.ceil(PIECE_BYTES * tokensPerSaidByte);
  return Math.max(held.outputTokens, Math.min(most, held.outputTokens + piece + thoughts));
}

const hasDearerOutput = ({ price }: CallDoubt, inputTokens: number): boolean => {
  if (price === undefined) return false;
  const dearest = dearestPrice(price, 'output', inputTokens);
  return dearest !== undefined && dearest > (price.base.output.text ?? 0);
};

/** Of what a call writes, the share that is not seen as it passes. */
function unseenShare({ mayThink, worst, tokensPerSaidByte }: CallDoubt): number {
  if (worst?.tokensPerSaidByte !== undefined) {
    return Math.max(0, 1 - tokensPerSaidByte / worst.tokensPerSaidByte);
  }
  return mayThink ? 1 : 0;
}

/** What calls hold of a budget, and what is unseen of them, as far as it is needed for a bound over all. */
export interface Doubts {
  /** Of the call of which most is unseen beside what it holds. */
  readonly worst: { readonly held: bigint; readonly unseen: bigint };
  /** Of one call, at most. Undefined: nobody knows. */
  readonly mostUnseen: bigint | undefined;
}

/** One call more. `unseen`: as `unseenOf` tells it. */
export function withDoubt(
  before: Doubts | undefined,
  { held, unseen }: { readonly held: bigint; readonly unseen: bigint | undefined },
): Doubts {
  if (before === undefined) return { worst: { held, unseen: unseen ?? 0n }, mostUnseen: unseen };
  const { worst, mostUnseen } = before;
  if (unseen === undefined || mostUnseen === undefined) return { worst, mostUnseen: undefined };
  return {
    worst: unseen * worst.held > worst.unseen * held ? { held, unseen } : worst,
    mostUnseen: unseen > mostUnseen ? unseen : mostUnseen,
  };
}

/** By how much a budget may be passed, in what it counts. */
export interface Overshoot {
  readonly perCall: bigint;
  readonly total: bigint;
}

/**
 * The bound over all gateways and however many such calls come; undefined: nobody knows.
 *
 * When a call is let in or raised, what is spent and held together is within the limit. After the last
 * time, each open call adds what is unseen of it and no more. What they hold together is within the limit
 * too, so what is unseen of them together is no greater share of it than that of the worst of them; and
 * `concurrent` lets no more than so many be open.
 */
export function overshootOf(
  { limit }: Pick<Budget, 'limit'>,
  { worst, mostUnseen }: Doubts,
  concurrent?: bigint | undefined,
): Overshoot | undefined {
  if (mostUnseen === undefined) return undefined;
  if (mostUnseen === 0n) return { perCall: 0n, total: 0n };
  const { held, unseen } = worst;
  const byRoom = held > 0n ? (limit * unseen + held - 1n) / held : undefined;
  const total = least(byRoom, concurrent === undefined ? undefined : concurrent * mostUnseen);
  return total === undefined ? undefined : { perCall: mostUnseen, total };
}

const least = (one: bigint | undefined, other: bigint | undefined): bigint | undefined => {
  if (one === undefined || other === undefined) return one ?? other;
  return one < other ? one : other;
};

/** How many of a budget's calls may run at once, as another of the same scope says; undefined: any number. */
export function concurrentOf(
  { scope }: Pick<Budget, 'scope'>,
  budgets: readonly Budget[],
): bigint | undefined {
  return budgets
    .filter(({ measure, scope: { kind, id } }) => {
      return measure === 'concurrent' && kind === scope.kind && id === scope.id;
    })
    .map(({ limit }) => limit)
    .reduce<bigint | undefined>(least, undefined);
}
