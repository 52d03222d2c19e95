import type { QuotaFigures, ToldMeter } from '@tollgate/core/budgets';
import type { ZionLimits } from '@tollgate/core/governance';
import { timeOf, ZION_METERS } from './exhausted-limit.ts';

/** A user's limits as Zion told them, and how much of what we counted it knew when it was asked. */
export interface LimitsSnapshot {
  readonly limits: ZionLimits;
  readonly told: readonly ToldMeter[];
  /** Absent: that could not be read, and the snapshot serves the call that asked for it alone. */
  readonly acknowledged: QuotaFigures | undefined;
}

export const toldMeters = ({ limits }: ZionLimits): readonly ToldMeter[] =>
  limits.flatMap((limit) => {
    const resetAt = timeOf(limit.periodEnd);
    return ZION_METERS.flatMap((meter) => {
      const told = limit[meter];
      if (told === null || told === undefined) return [];
      const { limit: most, remaining } = told;
      const reset = resetAt === undefined ? undefined : { resetAt };
      return [{ limitName: limit.name, meter, limit: most, remaining, ...reset }];
    });
  });

/** Zion's clock may be behind ours: it isn't asked more often than this about a period that is over. */
const LEAST_MS = 1_000;

/** Until the next of its periods ends, at most. */
export function freshForMs(
  { told, acknowledged }: LimitsSnapshot,
  { now, most }: { readonly now: number; readonly most: number },
): number {
  if (acknowledged === undefined) return 0;
  const ends = told.flatMap(({ resetAt }) => (resetAt === undefined ? [] : [resetAt - now]));
  const next = Math.min(...ends.filter((left) => left > 0));
  return Math.min(most, Math.max(LEAST_MS, next));
}
