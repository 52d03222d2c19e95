import { FRESH, takeOne } from '@tollgate/core/routing';
import type { Redis } from 'ioredis';
import * as z from 'zod';
import type { RateLimiter } from '../../ports/rate-limiter.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import { redisScript } from './redis-script.ts';

export interface RedisRateLimiterOptions {
  readonly prefix: string;
  /** Counts instead while Redis does not answer: rates stay open rather than shut. */
  readonly meanwhile: RateLimiter;
  /** So that no call waits for a Redis that is known to be away. */
  readonly breaker?: Pick<CircuitBreaker, 'run'>;
  readonly onTrouble?: (error: unknown) => void;
}

/**
 * The arithmetic of `takeOne`, where the state is. Key: the subject's. Values: the limit. Answers the
 * state before and Redis's clock, both in Unix microseconds: what they mean is the core's to say.
 */
const TAKE = redisScript(`
local PERIOD = 60000000
local limit = tonumber(ARGV[1])
local time = redis.call('TIME')
local at = tonumber(time[1]) * 1000000 + tonumber(time[2])
local state = tonumber(redis.call('GET', KEYS[1]) or '0')
local free = math.min(math.max(state, at), at + PERIOD)
local following = free + math.floor(PERIOD / limit)
if following - PERIOD <= at then
  redis.call('SET', KEYS[1], string.format('%.0f', following), 'PX', 120000)
end
return { string.format('%.0f', state), string.format('%.0f', at) }
`);

const Told = z.tuple([z.coerce.number(), z.coerce.number()]);

const UNBROKEN: Pick<CircuitBreaker, 'run'> = { run: (work) => work() };

/** Counts for all gateways that share a Redis, by its clock. */
export function createRedisRateLimiter(
  redis: Redis,
  { prefix, meanwhile, breaker = UNBROKEN, onTrouble }: RedisRateLimiterOptions,
): RateLimiter {
  return {
    async take(subject, requestsPerMinute) {
      if (requestsPerMinute < 1) return meanwhile.take(subject, requestsPerMinute);
      try {
        const key = `{${prefix}:${subject}}:rate`;
        const told = Told.parse(
          await breaker.run(() => TAKE.run(redis, [key], [requestsPerMinute])),
        );
        const [state = FRESH, micros] = told;
        const [, decision] = takeOne(state, requestsPerMinute, micros / 1000);
        const { allowed, ...facts } = decision;
        return { allowed, limit: { name: 'requests per minute', ...facts } };
      } catch (error) {
        onTrouble?.(error);
        return meanwhile.take(subject, requestsPerMinute);
      }
    },
  };
}
