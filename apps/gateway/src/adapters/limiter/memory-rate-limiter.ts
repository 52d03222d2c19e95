import { FRESH, type RateState, takeOne } from '@tollgate/core/routing';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../ports/clock.ts';
import type { RateLimiter } from '../../ports/rate-limiter.ts';
import { atMost } from '../system/at-most.ts';
import type { Arrival } from './recent-arrivals.ts';

/** Subjects that are remembered; beyond it the one quiet for longest starts afresh. */
const MAX_SUBJECTS = 100_000;

export interface MemoryRateLimiterOptions {
  readonly maxSubjects?: number;
  /** What was asked in the minute before this process: nobody starts afresh with it. Oldest first. */
  readonly arrivals?: Promise<readonly Arrival[]>;
}

/** Counts in this process's memory; each process counts for itself. */
export function createMemoryRateLimiter(
  clock: Clock,
  { maxSubjects = MAX_SUBJECTS, arrivals }: MemoryRateLimiterOptions = {},
): RateLimiter {
  const states = new LRUCache<string, RateState>(atMost(maxSubjects));
  let earlier = new Map<string, readonly Arrival[]>();
  let restoring = arrivals?.then((all) => {
    earlier = Map.groupBy(all, ({ subject }) => subject);
    restoring = undefined;
  });

  /** By the limit that the subject has now: what it had then is not known. */
  const restored = (subject: string, limit: number): RateState => {
    let state = FRESH;
    for (const { at } of earlier.get(subject) ?? []) [state] = takeOne(state, limit, at);
    return state;
  };

  return {
    async take(subject, requestsPerMinute) {
      if (restoring !== undefined) await restoring;
      const before = states.get(subject) ?? restored(subject, requestsPerMinute);
      const [after, decision] = takeOne(before, requestsPerMinute, clock.now());
      states.set(subject, after);
      const { allowed, ...facts } = decision;
      return { allowed, limit: { name: 'requests per minute', ...facts } };
    },
  };
}
