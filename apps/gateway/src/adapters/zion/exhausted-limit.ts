import type { LimitFacts } from '@tollgate/core/chat';
import type { ZionLimits } from '@tollgate/core/governance';

export const ZION_METERS = ['aiInputTokens', 'aiOutputTokens', 'aiRequests'] as const;

/** Unix milliseconds. */
export const timeOf = (text: string | null | undefined): number | undefined => {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : time;
};

/** The first meter that nothing is left of; undefined when the user may go on. */
export function exhaustedLimit(limits: ZionLimits, now: number): LimitFacts | undefined {
  for (const limit of limits.limits) {
    const resetAt = timeOf(limit.periodEnd);
    // What we were told belongs to a period that is over.
    if (resetAt !== undefined && resetAt <= now) continue;
    for (const name of ZION_METERS) {
      const meter = limit[name];
      if (meter === null || meter === undefined || meter.remaining > 0) continue;
      return {
        name: `${limit.name}.${name}`,
        limit: meter.limit,
        used: meter.used,
        remaining: 0,
        ...(resetAt === undefined
          ? {}
          : { resetAt, retryAfterSeconds: Math.max(1, Math.ceil((resetAt - now) / 1000)) }),
      };
    }
  }
  return undefined;
}
