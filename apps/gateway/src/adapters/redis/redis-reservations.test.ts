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
import { createRedisReservations } from './redis-reservations.ts';

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

describe.skipIf(missing !== undefined)(engineTitle('what Redis held before', missing), () => {
  it('is dropped with each connection: figures of another day are no figures', async () => {
    await using keys = createTestRedis();
    const [claim] = claimsOf(new Map([[COUNTERS[0].id, 1n]]));
    if (claim === undefined) throw new Error('the model has no counter');
    const connect = () => connectRedis({ url: keys.url, onTrouble: () => undefined });
    const first = connect();
    const before = createRedisReservations(first, { prefix: keys.prefix });
    await first.ping();
    await before.load(new ReservationModel().figures([claim.counter.id]), LEASE_MS);
    expect(await before.reserve('call_1', [claim], LEASE_MS)).toEqual({ type: 'reserved' });
    first.disconnect();

    const second = connect();
    const after = createRedisReservations(second, { prefix: keys.prefix });
    await second.ping();
    const ask = async () => (await after.reserve('call_2', [claim], LEASE_MS)).type;
    await expect.poll(ask, { timeout: 5_000 }).toBe('unknown');
    second.disconnect();
  });
});
