import {
  createTestRedis,
  engineTitle,
  missingRedis,
  startBreakableLink,
  type TestRedis,
} from '@tollgate/testkit';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryRateLimiter } from '../limiter/memory-rate-limiter.ts';
import { systemClock } from '../system/system-clock.ts';
import { connectRedis } from './connect-redis.ts';
import { createRedisRateLimiter } from './redis-rate-limiter.ts';

const missing = await missingRedis();

describe.skipIf(missing !== undefined)(engineTitle('rates that gateways share', missing), () => {
  let keys: TestRedis;
  const connections: Redis[] = [];
  beforeAll(() => {
    keys = createTestRedis();
  });
  afterEach(() => {
    for (const redis of connections.splice(0)) redis.disconnect();
  });
  afterAll(() => keys[Symbol.asyncDispose]());

  /** One gateway's limiter. */
  const limiterOf = (url = keys.url, onTrouble?: (error: unknown) => void) => {
    const redis = connectRedis({ url, commandMs: 200, onTrouble: () => undefined });
    connections.push(redis);
    return createRedisRateLimiter(redis, {
      prefix: keys.prefix,
      meanwhile: createMemoryRateLimiter(systemClock),
      ...(onTrouble === undefined ? undefined : { onTrouble }),
    });
  };

  it('lets the limit through, however many gateways ask at once', async () => {
    const gateways = [limiterOf(), limiterOf(), limiterOf()];
    const asked = Array.from({ length: 300 }, (_, at) => gateways[at % 3]?.take('ann', 20));
    const answers = await Promise.all(asked);

    const passed = answers.filter((answer) => answer?.allowed === true);
    // One more is free each three seconds.
    expect(passed.length).toBeGreaterThanOrEqual(20);
    expect(passed.length).toBeLessThanOrEqual(21);
    expect(answers.at(-1)).toMatchObject({
      allowed: false,
      limit: { limit: 20, remaining: 0, retryAfterSeconds: expect.any(Number) },
    });
  });

  it('counts each subject for itself', async () => {
    const limiter = limiterOf();
    await limiter.take('bob', 1);

    expect((await limiter.take('bob', 1)).allowed).toBe(false);
    expect((await limiter.take('cid', 1)).allowed).toBe(true);
  });

  it('counts by itself while Redis hangs or is gone, and with the others once it is back', async () => {
    const server = new URL(keys.url);
    await using link = await startBreakableLink({
      host: server.hostname,
      port: Number(server.port === '' ? 6379 : server.port),
    });
    const troubles: unknown[] = [];
    const limiter = limiterOf(`redis://127.0.0.1:${link.port}`, (error) => troubles.push(error));
    expect((await limiter.take('dan', 1)).allowed).toBe(true);
    expect((await limiter.take('dan', 1)).allowed).toBe(false);

    for (const state of ['hung', 'cut'] as const) {
      link.set(state);
      expect((await limiter.take(`dan while ${state}`, 1)).allowed).toBe(true);
      expect((await limiter.take(`dan while ${state}`, 1)).allowed).toBe(false);
      link.set('open');
    }
    expect(troubles.length).toBeGreaterThan(0);

    const isBack = async (): Promise<boolean> => {
      const before = troubles.length;
      await limiter.take('eve', 1_000_000);
      return troubles.length === before;
    };
    await expect.poll(isBack, { timeout: 10_000 }).toBe(true);
    expect((await limiter.take('dan', 1)).allowed).toBe(false);
  });
});
