import { inputTokens, type Usage } from '../chat/usage.ts';
import { err, ok, type Result } from '../result.ts';
import type { ModelPrice, TokenPrices } from './model-price.ts';
import { type PicoUsd, picoUsd } from './pico-usd.ts';

/** Why a call has no cost: text for a report, `no price for cacheRead tokens`. */
export type Unpriced = string;

type Classes = { readonly [name: string]: number | undefined };

/**
 * What a call cost, exactly: integers times integers. Where something was used that has no price the
 * cost is unknown, which is not 0. A missing price never falls back on another, but where all
 * providers say that it does: thoughts and predictions are billed as output, images read as input.
 */
export function costOf(usage: Usage, price: ModelPrice): Result<PicoUsd, Unpriced> {
  const { input, output } = pricesFor(inputTokens(usage), price);
  const sums = [
    sumOf(usage.input, { image: input.uncached, ...input }),
    sumOf(usage.output, {
      reasoning: output.text,
      acceptedPrediction: output.text,
      rejectedPrediction: output.text,
      ...output,
    }),
    sumOf(usage.serverTools ?? {}, price.serverTools ?? {}, 'calls of the tool'),
  ];
  let total = BigInt(price.request ?? 0);
  for (const sum of sums) {
    if (!sum.ok) return sum;
    total += sum.value;
  }
  return ok(picoUsd(total));
}

function pricesFor(tokens: number, { base, tiers = [] }: ModelPrice): TokenPrices {
  return tiers.findLast((tier) => tokens > tier.aboveInputTokens) ?? base;
}

function sumOf(counts: Classes, prices: Classes, what = 'tokens'): Result<bigint, Unpriced> {
  let sum = 0n;
  for (const [name, count] of Object.entries(counts)) {
    if (count === undefined || count === 0) continue;
    const price = Object.hasOwn(prices, name) ? prices[name] : undefined;
    if (price === undefined) {
      return err(
        what === 'tokens' ? `no price for ${name} tokens` : `no price for ${what} ${name}`,
      );
    }
    sum += BigInt(count) * BigInt(price);
  }
  return ok(sum);
}
