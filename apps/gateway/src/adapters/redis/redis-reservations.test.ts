import { createTestRedis, engineTitle, missingRedis } from '@tollgate/testkit';
import { describeReservations } from '../test-support/describe-reservations.ts';
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
