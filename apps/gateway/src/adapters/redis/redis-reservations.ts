import type { Claim, CounterId, Reserved } from '@tollgate/core/budgets';
import { counterId } from '@tollgate/core/budgets';
import type { Redis } from 'ioredis';
import * as z from 'zod';
import type { Reservations } from '../../ports/reservations.ts';
import { EXPIRED, LOAD, RELEASE, RENEW, RESERVE, SETTLE } from './reservation-scripts.ts';

export interface RedisReservationsOptions {
  /** Before every key, in braces: gateways that share budgets share it. */
  readonly prefix: string;
  /** Added to Redis's clock: tests move time. */
  readonly offsetMs?: () => number;
}

const BASE = 1_000_000_000n;

/** As the scripts write amounts. */
const written = (amount: bigint): string => `${amount / BASE}:${amount % BASE}`;

const Amount = z.string().transform((text) => {
  const [high = '0', low = '0'] = text.split(':');
  return BigInt(high) * BASE + BigInt(low);
});

const Answer = z.union([
  z.tuple([z.literal('reserved')]),
  z.tuple([z.literal('unknown'), z.array(z.number())]),
  z.tuple([z.literal('refused'), z.array(z.tuple([z.number(), Amount, Amount]))]),
]);
const CallIds = z.array(z.string());
const Standing = z.tuple([Amount.nullable(), Amount.nullable()]);

/** Reservations that gateways share: one script an operation, on Redis or what speaks like it. */
export function createRedisReservations(
  redis: Redis,
  { prefix, offsetMs = () => 0 }: RedisReservationsOptions,
): Reservations {
  const leases = `{${prefix}}:leases`;
  const callPrefix = `{${prefix}}:call:`;
  const keyOf = (counter: CounterId): string => `{${prefix}}:counter:${counter}`;

  /**
   * Whoever was away may hold figures of before: a Redis that came back from its disk, or another one.
   * They are dropped with each connection, and loaded from the ledger by the next call.
   */
  const dropAll = async (): Promise<void> => {
    for (const pattern of [`{${prefix}}:counter:*`, `{${prefix}}:call:*`]) {
      let cursor = '0';
      do {
        const [next, keys] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', 1_000);
        if (keys.length > 0) await redis.del(...keys);
        cursor = next;
      } while (cursor !== '0');
    }
    await redis.del(leases);
  };
  let dropping: Promise<void> | undefined;
  const drop = (): void => {
    dropping = dropAll()
      .catch(() => undefined)
      .finally(() => {
        dropping = undefined;
      });
  };
  redis.on('ready', drop);
  const untilDropped = async (): Promise<void> => {
    // Fails as the command would, where there is no connection to be had.
    if (redis.status !== 'ready') await redis.ping();
    if (dropping !== undefined) await dropping;
  };

  const ask = async (
    mode: 'reserve' | 'extend',
    callId: string,
    claims: readonly Claim[],
    leaseMs: number,
  ): Promise<Reserved> => {
    await untilDropped();
    const keys = [leases, callPrefix + callId, ...claims.map(({ counter }) => keyOf(counter.id))];
    const wanted = claims.flatMap(({ limit, amount, mayOutgrow }) => [
      written(limit),
      written(amount),
      mayOutgrow ? 1 : 0,
    ]);
    const values = [offsetMs(), mode, callId, leaseMs, ...wanted];
    return reservedOf(Answer.parse(await RESERVE.run(redis, keys, values)), claims);
  };

  return {
    reserve: (callId, claims, leaseMs) => ask('reserve', callId, claims, leaseMs),
    extend: (callId, claims) => ask('extend', callId, claims, 0),
    settle: async (callId, charges) => {
      const keys = charges.map((charge) => keyOf(counterId(charge)));
      const amounts = charges.map(({ amount }) => written(amount));
      const values = [offsetMs(), callId, ...amounts];
      await SETTLE.run(redis, [leases, callPrefix + callId, ...keys], values);
    },
    release: async (callId) => {
      await RELEASE.run(redis, [leases, callPrefix + callId], [offsetMs(), callId]);
    },
    renew: async (callIds, leaseMs) => {
      await RENEW.run(redis, [leases], [offsetMs(), leaseMs, ...callIds]);
    },
    load: async (figures, leaseMs) => {
      await untilDropped();
      const keys = figures.map(({ counter }) => keyOf(counter.id));
      const values = figures.flatMap(({ spent, open }) => [
        written(spent),
        open.length,
        ...open.flatMap(({ callId, amount }) => [callId, written(amount)]),
      ]);
      await LOAD.run(redis, [leases, ...keys], [offsetMs(), leaseMs, callPrefix, ...values]);
    },
    expired: async (limit) =>
      CallIds.parse(await EXPIRED.run(redis, [leases], [offsetMs(), limit])),
    standing: async (counters) => {
      const all = await Promise.all(
        counters.map(async (counter) => {
          const fields = await redis.hmget(keyOf(counter), 's', 'r');
          const [spent, reserved] = Standing.parse(fields);
          return spent === null ? [] : [{ counter, spent, reserved: reserved ?? 0n }];
        }),
      );
      return all.flat();
    },
    // The connection is its opener's.
    close: async () => void redis.off('ready', drop),
  };
}

function reservedOf(answer: z.infer<typeof Answer>, claims: readonly Claim[]): Reserved {
  switch (answer[0]) {
    case 'reserved':
      return { type: 'reserved' };
    case 'unknown':
      return {
        type: 'unknown',
        counters: answer[1].flatMap((place) => claims[place]?.counter.id ?? []),
      };
    case 'refused':
      return {
        type: 'refused',
        lacking: answer[1].flatMap(([place, spent, reserved]) => {
          const claim = claims[place];
          if (claim === undefined) return [];
          const { counter, limit, amount: asked } = claim;
          return [{ counter: counter.id, limit, spent, reserved, asked }];
        }),
      };
  }
}
