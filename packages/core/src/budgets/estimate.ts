import { costOf } from '../pricing/cost-of.ts';
import type { ModelPrice, TokenPrices } from '../pricing/model-price.ts';
import { estimateUsage } from '../usage/usage-sum.ts';
import type { CallEstimate } from './claims.ts';

/** What is known of a call's size before it is sent. */
export interface CallSize {
  readonly inputBytes: number;
  /** As the client limits it. */
  readonly maxOutputTokens?: number | undefined;
  /** What the model reads at most, in tokens; said where the bytes do not tell how long the input is. */
  readonly contextWindow?: number | undefined;
}

/** Most of a long body is media, whose bytes are far more than its tokens. */
const MOST_LIKELY_INPUT = 200_000;

/** What a call will likely cost, by what is known of its key and model. */
export function likelyOf(
  { inputBytes, maxOutputTokens }: CallSize,
  known: { readonly tokensPerByte: number; readonly outputTokens: number },
  price: ModelPrice | undefined,
): CallEstimate {
  const inputTokens = Math.min(Math.ceil(inputBytes * known.tokensPerByte), MOST_LIKELY_INPUT);
  const outputTokens = Math.min(known.outputTokens, maxOutputTokens ?? Number.POSITIVE_INFINITY);
  return pricedEstimate({ inputTokens, outputTokens }, price);
}

/** With its cost, where all that is counted has a price. */
export function pricedEstimate(
  tokens: { readonly inputTokens: number; readonly outputTokens: number },
  price: ModelPrice | undefined,
): CallEstimate {
  if (price === undefined) return tokens;
  const cost = costOf(estimateUsage({ ...tokens, provenance: 'estimate' }), price);
  return cost.ok ? { ...tokens, picoUsd: cost.value } : tokens;
}

/** Of calls of which nothing is known, so little is enough to begin with: more is held as it passes. */
const LEAST_OUTPUT_TOKENS = 256;

/** The least that is held of a call of which nothing is known, where its likely cost finds no room. */
export const leastOf = (likely: CallEstimate, price: ModelPrice | undefined): CallEstimate =>
  pricedEstimate(
    {
      inputTokens: likely.inputTokens,
      outputTokens: Math.min(likely.outputTokens, LEAST_OUTPUT_TOKENS),
    },
    price,
  );

/** Marks of templates and of tools that a provider adds to what it was sent. */
export const FRAMING_TOKENS = 1_000;

/**
 * The most that a call may cost: a token for each byte, which no tokenizer passes for text, or all that the
 * model reads where bytes do not tell, and all the output that it may have, at the dearest price of each. Undefined: nobody limits its output.
 */
export function ceilingOf(
  { inputBytes, maxOutputTokens, contextWindow = 0 }: CallSize,
  modelMaximum: number | undefined,
  price: ModelPrice | undefined,
): CallEstimate | undefined {
  const outputTokens = least(maxOutputTokens, modelMaximum);
  if (outputTokens === undefined) return undefined;
  const inputTokens = Math.max(inputBytes + FRAMING_TOKENS, contextWindow);
  const tokens = { inputTokens, outputTokens };
  const picoUsd = price === undefined ? undefined : dearestCost(tokens, price);
  return picoUsd === undefined ? tokens : { ...tokens, picoUsd };
}

/** Pico-dollars for so many tokens at most, at the dearest price of each; undefined: one has none. */
export function dearestCost(
  { inputTokens, outputTokens }: Pick<CallEstimate, 'inputTokens' | 'outputTokens'>,
  price: ModelPrice,
): bigint | undefined {
  const input = dearestPrice(price, 'input', inputTokens);
  const output = dearestPrice(price, 'output', inputTokens);
  if (input === undefined || (output === undefined && outputTokens > 0)) return undefined;
  return (
    BigInt(inputTokens) * BigInt(input) +
    BigInt(outputTokens) * BigInt(output ?? 0) +
    BigInt(price.request ?? 0)
  );
}

function least(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}

/** Pico-dollars a token, of the dearest class, in any tier that so much input may come to. */
export function dearestPrice(
  price: ModelPrice,
  side: 'input' | 'output',
  inputTokens: number,
): number | undefined {
  const reached = (price.tiers ?? []).filter((tier) => inputTokens > tier.aboveInputTokens);
  const prices = [price.base, ...reached].flatMap((tier: TokenPrices) =>
    Object.values(tier[side]).filter((one): one is number => one !== undefined),
  );
  return prices.length === 0 ? undefined : Math.max(...prices);
}
