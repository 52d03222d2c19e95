import { EMPTY_WINDOW, slideWindow, type WindowState } from '@tollgate/core/routing';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../ports/clock.ts';
import type { RateLimiter } from '../../ports/rate-limiter.ts';

/** Subjects that are remembered; beyond it the one quiet for longest starts afresh. */
const MAX_SUBJECTS = 100_000;

/** Counts in this process's memory; each process counts for itself. */
export function createMemoryRateLimiter(clock: Clock, maxSubjects = MAX_SUBJECTS): RateLimiter {
  const windows = new LRUCache<string, WindowState>({ max: maxSubjects });
  return {
    take(subject, requestsPerMinute) {
      const before = windows.get(subject) ?? EMPTY_WINDOW;
      const [after, decision] = slideWindow(before, requestsPerMinute, clock.now());
      windows.set(subject, after);
      const { allowed, ...facts } = decision;
      return Promise.resolve({ allowed, limit: { name: 'requests per minute', ...facts } });
    },
  };
}
