import type { Redis } from 'ioredis';

/**
 * What Redis does when its memory is full, `noeviction` where it refuses to write: any other policy may
 * drop what running calls hold. Undefined where it doesn't say. INFO tells it where CONFIG is forbidden.
 */
export async function memoryPolicy(redis: Redis): Promise<string | undefined> {
  const told = await redis.info('memory');
  return /^maxmemory_policy:(\S+)/m.exec(told)?.[1];
}

export const KEEPS_ALL = 'noeviction';
