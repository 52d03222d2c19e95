import { createTestRedis, engineTitle, missingRedis } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { describeReservations } from '../test-support/describe-reservations.ts';
import {
  COUNTERS,
  claimsOf,
  LEASE_MS,
  ReservationModel,
} from '../test-support/reservation-model.ts';
import { connectRedis } from './connect-redis.ts';
import { createRedisReservations, type RedisReservationsOptions } from './redis-reservations.ts';

const missing = await missingRedis();

describeReservations(
  engineTitle('Redis', missing),
  async () => {
    const keys = createTestRedis();
    const redis = connectRedis({ url: keys.url, onTrouble: () => undefined });
    let offset = 0;
    return {
      reservations: createRedisReservations(redis, {
        prefix: keys.prefix,
        offsetMs: () => offset,
      }),
      pass: async (ms) => {
        offset += ms;
      },
      lose: () => keys.clear(),
      close: async () => {
        await keys.clear();
        redis.disconnect();
      },
    };
  },
  { runs: 60, missing },
);

describe.skipIf(missing !== undefined)(engineTitle('what Redis holds', missing), () => {
  const [claim] = claimsOf(new Map([[COUNTERS[0].id, 1n]]));
  if (claim === undefined) throw new Error('the model has no counter');

  /** Gateways that share keys; the last settings are its own. */
  async function gateways() {
    const keys = createTestRedis();
    const opened: ReturnType<typeof connectRedis>[] = [];
    return {
      connect: async (own: Partial<RedisReservationsOptions> = {}) => {
        const redis = connectRedis({ url: keys.url, onTrouble: () => undefined });
        opened.push(redis);
        await redis.ping();
        return { redis, held: createRedisReservations(redis, { prefix: keys.prefix, ...own }) };
      },
      [Symbol.asyncDispose]: async () => {
        for (const redis of opened) redis.disconnect();
        await keys[Symbol.asyncDispose]();
      },
    };
  }
  const figures = () => new ReservationModel().figures([claim.counter.id]);

  it('stays when another gateway comes: of a call whose intent is not written yet nobody else knows', async () => {
    await using shared = await gateways();
    const { held } = await shared.connect();
    await held.load(figures(), LEASE_MS);
    expect(await held.reserve('call_1', [claim], LEASE_MS)).toEqual({ type: 'reserved' });
    const before = await held.standing([claim.counter.id]);

    const other = (await shared.connect()).held;
    await other.load(figures(), LEASE_MS);
    expect(await other.reserve('call_2', [claim], LEASE_MS)).toEqual({ type: 'reserved' });

    const [stood] = before;
    const [stands] = await other.standing([claim.counter.id]);
    expect(stands?.reserved).toBe((stood?.reserved ?? 0n) + claim.amount);
  });

  it('is not seen by those who find another Redis: figures of another day are no figures', async () => {
    await using shared = await gateways();
    const { held } = await shared.connect({ runOf: async () => 'before' });
    await held.load(figures(), LEASE_MS);
    expect(await held.reserve('call_1', [claim], LEASE_MS)).toEqual({ type: 'reserved' });

    const { held: after } = await shared.connect({ runOf: async () => 'after' });
    expect((await after.reserve('call_2', [claim], LEASE_MS)).type).toBe('unknown');
  });

  it('is dropped by a gateway that let calls pass while Redis was away', async () => {
    await using shared = await gateways();
    const { redis, held } = await shared.connect({ isPassedBy: true });
    await held.load(figures(), LEASE_MS);
    expect(await held.reserve('call_1', [claim], LEASE_MS)).toEqual({ type: 'reserved' });
    redis.disconnect(true);

    const ask = async () =>
      held.reserve('call_2', [claim], LEASE_MS).then(
        ({ type }) => type,
        () => 'away',
      );
    await expect.poll(ask, { timeout: 5_000 }).toBe('unknown');
  });
});
