import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';

/** Where suites find Redis, or Valkey: they use keys of their own, and delete them. */
const SERVER = process.env['TOLLGATE_TEST_REDIS'] ?? 'redis://127.0.0.1:6379';

/** Why there is no Redis to test with; undefined where there is one. */
export async function missingRedis(): Promise<string | undefined> {
  const redis = new Redis(SERVER, { lazyConnect: true, retryStrategy: () => null });
  // Told by the rejection.
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    await redis.ping();
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `no Redis answers (${why}): set TOLLGATE_TEST_REDIS to test with one`;
  } finally {
    redis.disconnect();
  }
}

export interface TestRedis extends AsyncDisposable {
  readonly url: string;
  /** For keys of this test alone, in braces. */
  readonly prefix: string;
  /** As if all of them were lost. */
  clear(): Promise<void>;
}

/** Keys of one's own; gone when the scope ends. */
export function createTestRedis(): TestRedis {
  const prefix = `tollgate-test-${randomBytes(6).toString('hex')}`;
  const clear = async (): Promise<void> => {
    const redis = new Redis(SERVER);
    try {
      let cursor = '0';
      do {
        const [next, keys] = await redis.scan(cursor, 'MATCH', `{${prefix}*`, 'COUNT', 1000);
        if (keys.length > 0) await redis.del(...keys);
        cursor = next;
      } while (cursor !== '0');
    } finally {
      redis.disconnect();
    }
  };
  return { url: SERVER, prefix, clear, [Symbol.asyncDispose]: clear };
}
