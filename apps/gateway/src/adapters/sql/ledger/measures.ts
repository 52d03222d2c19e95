import type { Usage } from '@tollgate/core/chat';
import type { UsageEvent } from '@tollgate/core/usage';

export const INPUT_COLUMNS = [
  'input_uncached',
  'input_cache_read',
  'input_cache_write_5m',
  'input_cache_write_1h',
  'input_audio',
  'input_image',
] as const;
export const OUTPUT_COLUMNS = [
  'output_text',
  'output_reasoning',
  'output_audio',
  'output_image',
  'output_accepted_prediction',
  'output_rejected_prediction',
] as const;

/** What rollups add up, one value a column. Money is whole micro-dollars and the pico-dollars over. */
export const MEASURES = [
  'requests',
  'failed',
  'estimated',
  'unpriced',
  ...INPUT_COLUMNS,
  ...OUTPUT_COLUMNS,
  'cost_micro',
  'cost_rest',
] as const;

/** A sum of pico-dollars would pass what SQLite sums at nine million dollars: its two parts don't. */
export const PICO_PER_MICRO = 1_000_000n;

/** More than any call can have used; the sum of a batch of them is still exact as a number. */
const MOST_TOKENS = 2 ** 40;
const LARGEST_INTEGER = 2n ** 63n - 1n;

/** Counts are exact or unknown: what no counter can have counted is not stored as if it had. */
const count = (value: number | undefined, isDifference: boolean): number | null =>
  value !== undefined &&
  Number.isSafeInteger(value) &&
  Math.abs(value) <= MOST_TOKENS &&
  (value >= 0 || isDifference)
    ? value
    : null;

/** Values of INPUT_COLUMNS and OUTPUT_COLUMNS; a correction's are differences, and may be negative. */
export function tokenCounts(
  usage: Usage | undefined,
  isDifference: boolean,
): readonly (number | null)[] {
  const { input, output } = usage ?? { input: {}, output: {} };
  return [
    count(input.uncached, isDifference),
    count(input.cacheRead, isDifference),
    count(input.cacheWrite5m, isDifference),
    count(input.cacheWrite1h, isDifference),
    count(input.audio, isDifference),
    count(input.image, isDifference),
    count(output.text, isDifference),
    count(output.reasoning, isDifference),
    count(output.audio, isDifference),
    count(output.image, isDifference),
    count(output.acceptedPrediction, isDifference),
    count(output.rejectedPrediction, isDifference),
  ];
}

/** A cost as it is stored. One that no column holds is unknown, as any other that nobody can tell. */
export type StoredCost =
  | { readonly pico: bigint; readonly priceId: string; readonly unpriced: null }
  | { readonly pico: null; readonly priceId: null; readonly unpriced: string | null };

export function storedCost(cost: UsageEvent['cost']): StoredCost {
  if (cost === undefined) return { pico: null, priceId: null, unpriced: null };
  if (cost.picoUsd === null) return { pico: null, priceId: null, unpriced: cost.reason };
  const pico = BigInt(cost.picoUsd);
  if (pico > LARGEST_INTEGER || pico < -LARGEST_INTEGER) {
    return { pico: null, priceId: null, unpriced: 'its cost is more than the ledger can hold' };
  }
  return { pico, priceId: cost.priceId, unpriced: null };
}

/** What an event adds to the rollups of its time, in the order of MEASURES. */
export function measuresOf(event: UsageEvent): number[] {
  const isCorrection = event.corrects !== undefined;
  const counted = isCorrection ? 0 : 1;
  const cost = storedCost(event.cost);
  const provenance = event.usage?.provenance;
  const isEstimated = provenance === 'estimate' || provenance === 'interrupted';
  return [
    counted,
    event.status === 'failed' ? counted : 0,
    isEstimated ? counted : 0,
    cost.unpriced === null ? 0 : counted,
    ...tokenCounts(event.usage, isCorrection).map((value) => value ?? 0),
    cost.pico === null ? 0 : Number(cost.pico / PICO_PER_MICRO),
    cost.pico === null ? 0 : Number(cost.pico % PICO_PER_MICRO),
  ];
}
