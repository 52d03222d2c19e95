import { postgresStatus } from '../adapters/postgres/inspect-postgres.ts';
import { connectRedis } from '../adapters/redis/connect-redis.ts';
import { KEEPS_ALL, memoryPolicy } from '../adapters/redis/memory-policy.ts';
import type { Config } from '../config/config.ts';
import type { Secret } from '../config/secret.ts';

/** What PostgreSQL says of the ledger in it, or why it doesn't; in words without its password. */
export const askPostgres = (url: Secret, { storage }: Pick<Config, 'storage'>) =>
  postgresStatus(url, { deadAfterMs: storage.deadAfterSeconds * 1_000 });

export interface RedisAnswer {
  /** What it does when its memory is full; undefined: it doesn't say. */
  readonly policy: string | undefined;
  readonly keepsAll: boolean;
}

/** Undefined: it does not answer. */
export async function askRedis(url: Secret): Promise<RedisAnswer | undefined> {
  const redis = connectRedis({ url: url.reveal(), onTrouble: () => redis.disconnect() });
  try {
    await redis.ping();
    const policy = await memoryPolicy(redis);
    return { policy, keepsAll: policy === undefined || policy === KEEPS_ALL };
  } catch {
    return undefined;
  } finally {
    redis.disconnect();
  }
}
