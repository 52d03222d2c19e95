import { costOf } from '../pricing/cost-of.ts';
import type { ModelPrice, TokenPrices } from '../pricing/model-price.ts';
import { estimateUsage } from '../usage/usage-sum.ts';
import type { CallEstimate } from './claims.ts';

/** What is known of a call's size before it is sent. */
export interface CallSize {
  readonly inputBytes: number;
  /** As the client limits it. */
  readonly maxOutputTokens?: number | undefined;
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

/** Marks of templates and of tools that a provider adds to what it was sent. */
const FRAMING_TOKENS = 1_000;

/**
 * The most that a call may cost: a token for each byte, which no tokenizer passes for text, and all the
 * output that it may have, at the dearest price of each. Undefined: nobody limits its output.
 */
export function ceilingOf(
  { inputBytes, maxOutputTokens }: CallSize,
  modelMaximum: number | undefined,
  price: ModelPrice | undefined,
): CallEstimate | undefined {
  const outputTokens = least(maxOutputTokens, modelMaximum);
  if (outputTokens === undefined) return undefined;
  const tokens = { inputTokens: inputBytes + FRAMING_TOKENS, outputTokens };
  if (price === undefined) return tokens;
  const tiers = [price.base, ...(price.tiers ?? [])];
  const input = dearest(tiers, 'input');
  const output = dearest(tiers, 'output');
  if (input === undefined || (output === undefined && outputTokens > 0)) return tokens;
  const picoUsd =
    BigInt(tokens.inputTokens) * BigInt(input) +
    BigInt(outputTokens) * BigInt(output ?? 0) +
    BigInt(price.request ?? 0);
  return { ...tokens, picoUsd };
}

function least(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return Math.min(one, other);
}

function dearest(tiers: readonly TokenPrices[], side: 'input' | 'output'): number | undefined {
  const prices = tiers.flatMap((tier) =>
    Object.values(tier[side]).filter((one): one is number => one !== undefined),
  );
  return prices.length === 0 ? undefined : Math.max(...prices);
}
