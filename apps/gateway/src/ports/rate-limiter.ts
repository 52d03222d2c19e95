import type { LimitFacts } from '@tollgate/core/chat';

/** Counts one request of a subject. Memory today, shared counters later. */
export interface RateLimiter {
  take(subject: string, requestsPerMinute: number): Promise<RateDecision>;
}

export interface RateDecision {
  readonly allowed: boolean;
  readonly limit: LimitFacts;
}
