import type { BudgetTerms } from './budget.ts';

/** The thresholds (per cent, ascending) that an amount has come to; none where nothing is spent. */
export const passedThresholds = (
  { thresholds, limit }: Pick<BudgetTerms, 'thresholds' | 'limit'>,
  spent: bigint,
): readonly number[] =>
  spent <= 0n ? [] : thresholds.filter((percent) => spent * 100n >= limit * BigInt(percent));
