import type { RateLimiter } from '../../ports/rate-limiter.ts';

/** Lets nobody in who has a limit: while what counts them is away, and the operator wants it so. */
export const refusingRateLimiter: RateLimiter = {
  take: (_subject, requestsPerMinute) =>
    Promise.resolve({
      allowed: false,
      limit: {
        name: 'requests per minute',
        limit: requestsPerMinute,
        used: requestsPerMinute,
        remaining: 0,
        retryAfterSeconds: 1,
      },
    }),
};
