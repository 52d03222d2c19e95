import { createHmac } from 'node:crypto';
import { ReplyError } from 'ioredis';
import { createMemoryRateLimiter } from './adapters/limiter/memory-rate-limiter.ts';
import { type Arrival, recentArrivals } from './adapters/limiter/recent-arrivals.ts';
import { refusingRateLimiter } from './adapters/limiter/refusing-rate-limiter.ts';
import { behindBreaker } from './adapters/redis/behind-breaker.ts';
import { createCircuitBreaker } from './adapters/redis/circuit-breaker.ts';
import { connectRedis } from './adapters/redis/connect-redis.ts';
import { KEEPS_ALL, memoryPolicy } from './adapters/redis/memory-policy.ts';
import { createRedisRateLimiter } from './adapters/redis/redis-rate-limiter.ts';
import { createRedisReservations } from './adapters/redis/redis-reservations.ts';
import { createMemoryReservations } from './adapters/reservations/memory-reservations.ts';
import { openWhenAway } from './adapters/reservations/open-when-away.ts';
import { createDependencyCheck } from './adapters/system/dependency-check.ts';
import type { Secret } from './config/secret.ts';
import type { StorageConfig } from './config/storage-schema.ts';
import type { Clock } from './ports/clock.ts';
import type { DependencyStatus } from './ports/governance.ts';
import type { Log } from './ports/log.ts';
import type { RateLimiter } from './ports/rate-limiter.ts';
import type { Reservations } from './ports/reservations.ts';
import type { UsageReports } from './ports/usage-reports.ts';

export interface SharedParts {
  readonly storage: StorageConfig;
  /** Names what gateways of one secret share. */
  readonly secret: Secret;
  readonly ledger: UsageReports;
  readonly clock: Clock;
  readonly log: Log;
}

/** What gateways count together. */
export interface Shared {
  readonly limiter: RateLimiter;
  readonly reservations: Reservations;
  readonly checks: readonly (() => Promise<DependencyStatus>)[];
  close(): Promise<void>;
}

/** In this process's memory, or in Redis for all that share it. */
export function composeShared({ storage, secret, ledger, clock, log }: SharedParts): Shared {
  if (storage.shared === 'memory') {
    const arrivals: Promise<readonly Arrival[]> = recentArrivals(ledger, clock.now(), log);
    return {
      limiter: createMemoryRateLimiter(clock, { arrivals }),
      reservations: createMemoryReservations(clock),
      checks: [],
      close: () => Promise.resolve(),
    };
  }
  const { money, rates } = storage.whenSharedIsAway;
  const prefix = prefixOf(secret);
  const redis = connectRedis({
    url: storage.shared.reveal(),
    onTrouble: () => log.warn({ component: 'redis' }, 'Redis does not answer'),
  });
  redis.once('ready', () => {
    memoryPolicy(redis)
      .then((policy) => {
        if (policy === undefined || policy === KEEPS_ALL) return;
        const message = 'Redis drops keys when its memory is full: set maxmemory-policy noeviction';
        log.warn({ component: 'redis', detail: policy }, message);
      })
      // Away again: health tells.
      .catch(() => undefined);
  });
  const meaning = [
    money === 'refuse' ? 'calls under a budget are refused' : 'budgets hold nobody back',
    rates === 'refuse'
      ? 'calls under a rate limit are refused'
      : 'each gateway counts rates for itself',
  ].join(', ');
  const breaker = createCircuitBreaker({
    clock,
    probe: () => redis.ping(),
    isAnswer: (error) => error instanceof ReplyError,
    // What hangs may never wake up: another connection.
    onOpen: () => redis.disconnect(true),
  });
  const reservations = behindBreaker(
    createRedisReservations(redis, { prefix, isPassedBy: money !== 'refuse' }),
    breaker,
  );
  return {
    reservations: money === 'refuse' ? reservations : openWhenAway(reservations),
    limiter: createRedisRateLimiter(redis, {
      prefix,
      breaker,
      meanwhile: rates === 'refuse' ? refusingRateLimiter : createMemoryRateLimiter(clock),
    }),
    checks: [
      createDependencyCheck({
        name: 'redis',
        clock,
        ask: async () => {
          await redis.ping();
          return {};
        },
        whenAway: {
          status: 'degraded',
          meaning: () =>
            `${meaning}, until it is back${breaker.isOpen() ? '; no call waits for it meanwhile' : ''}`,
        },
      }),
    ],
    close: async () => {
      breaker.close();
      redis.disconnect();
    },
  };
}

const prefixOf = (secret: Secret): string =>
  `tollgate-${createHmac('sha256', secret.reveal()).update('tollgate: shared counters').digest('hex').slice(0, 16)}`;
