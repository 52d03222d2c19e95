import { inputTokens, outputTokens, type Usage } from '../chat/usage.ts';
import type { UsageEvent } from '../usage/usage-event.ts';
import type { Budget, Measure } from './budget.ts';

/**
 * What a booked row costs a budget that it counts for: so many requests, tokens or pico-dollars. A
 * correction is a difference, and no request of its own.
 * Pure, so that any auditor can compute it again from the rows. Money that nobody knows is 0 here; a
 * budget that does not allow it has refused the call before.
 */
export function chargeOf(
  { measure }: Pick<Budget, 'measure'>,
  { usage, cost, corrects }: Pick<UsageEvent, 'usage' | 'cost' | 'corrects'>,
): bigint {
  switch (measure) {
    case 'requests':
      return corrects === undefined ? 1n : 0n;
    case 'concurrent':
      return 0n;
    case 'usd':
      return BigInt(cost?.picoUsd ?? 0);
    default:
      return usage === undefined ? 0n : BigInt(tokensOf(measure, usage));
  }
}

type TokenMeasure = Exclude<Measure, 'requests' | 'concurrent' | 'usd'>;

/** Classes that are unknown count as nothing. */
function tokensOf(measure: TokenMeasure, usage: Usage): number {
  const { input, output } = usage;
  switch (measure) {
    case 'tokens':
      return inputTokens(usage) + outputTokens(usage);
    case 'input tokens':
      return inputTokens(usage);
    case 'output tokens':
      return outputTokens(usage);
    case 'uncached input tokens':
      return input.uncached ?? 0;
    case 'cache read tokens':
      return input.cacheRead ?? 0;
    case 'cache write tokens':
      return (input.cacheWrite5m ?? 0) + (input.cacheWrite1h ?? 0);
    case 'reasoning tokens':
      return output.reasoning ?? 0;
    case 'audio tokens':
      return (input.audio ?? 0) + (output.audio ?? 0);
    case 'image tokens':
      return (input.image ?? 0) + (output.image ?? 0);
  }
}
