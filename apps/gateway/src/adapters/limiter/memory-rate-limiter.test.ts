import { describe, expect, it } from 'vitest';
import { createManualClock } from '../test-support/manual-clock.ts';
import { createMemoryRateLimiter } from './memory-rate-limiter.ts';

const NOON = Date.UTC(2026, 10, 23, 12);

describe('createMemoryRateLimiter', () => {
  it('tells limit, use, remainder and when all is free again, and refuses beyond the limit', async () => {
    const limiter = createMemoryRateLimiter(createManualClock(NOON));

    expect(await limiter.take('ann', 2)).toEqual({
      allowed: true,
      limit: {
        name: 'requests per minute',
        limit: 2,
        used: 1,
        remaining: 1,
        resetAt: NOON + 30_000,
      },
    });
    await limiter.take('ann', 2);
    expect(await limiter.take('ann', 2)).toMatchObject({
      allowed: false,
      limit: { used: 3, remaining: 0, retryAfterSeconds: expect.any(Number) },
    });
  });

  it('counts each subject for itself', async () => {
    const limiter = createMemoryRateLimiter(createManualClock(NOON));

    await limiter.take('ann', 1);

    expect((await limiter.take('ann', 1)).allowed).toBe(false);
    expect((await limiter.take('bob', 1)).allowed).toBe(true);
  });

  it('lets a refused caller in after the time that it was told', async () => {
    const clock = createManualClock(NOON);
    const limiter = createMemoryRateLimiter(clock);
    for (let turn = 0; turn < 10; turn += 1) await limiter.take('ann', 10);

    const { limit } = await limiter.take('ann', 10);
    clock.advance((limit.retryAfterSeconds ?? 0) * 1000);

    expect((await limiter.take('ann', 10)).allowed).toBe(true);
  });

  it('forgets the subject quiet for longest beyond its bound', async () => {
    const limiter = createMemoryRateLimiter(createManualClock(NOON), { maxSubjects: 2 });
    for (const subject of ['ann', 'bob', 'cid']) await limiter.take(subject, 1);

    expect((await limiter.take('cid', 1)).allowed).toBe(false);
    expect((await limiter.take('ann', 1)).allowed).toBe(true);
  });
});
