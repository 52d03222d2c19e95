import type { Claim, CounterId, Reserved } from '@tollgate/core/budgets';
import { counterId } from '@tollgate/core/budgets';
import type { Redis } from 'ioredis';
import * as z from 'zod';
import type { Reservations } from '../../ports/reservations.ts';
import { CORRECT, EXPIRED, LOAD, RELEASE, RENEW, RESERVE, SETTLE } from './reservation-scripts.ts';

export interface RedisReservationsOptions {
  /** Before every key, in braces: gateways that share budgets share it. */
  readonly prefix: string;
  /** Calls went on while Redis was away: its figures are dropped with each return of the connection. */
  readonly isPassedBy?: boolean;
  /** Added to Redis's clock: tests move time. */
  readonly offsetMs?: () => number;
  /** Names the process that Redis is; another one may hold figures of another day. */
  readonly runOf?: (redis: Redis) => Promise<string>;
}

async function readRun(redis: Redis): Promise<string> {
  const run = /^run_id:(\w+)/m.exec(await redis.info('server'))?.[1];
  if (run === undefined) throw new Error('Redis does not tell its run_id');
  return run;
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

interface Keys {
  readonly leases: string;
  readonly callPrefix: string;
  readonly of: (counter: CounterId) => string;
}

/**
 * Reservations that gateways share: one script an operation, on Redis or what speaks like it. Keys are
 * named by the run of Redis, so that what an earlier one left on its disk, or another one, is not seen,
 * and ends by itself within a day. A gateway that comes drops nothing: calls of others that are not in
 * the ledger yet hold on.
 */
export function createRedisReservations(
  redis: Redis,
  { prefix, isPassedBy = false, offsetMs = () => 0, runOf = readRun }: RedisReservationsOptions,
): Reservations {
  const keysOf = (run: string): Keys => {
    const name = `{${prefix}}:${run}`;
    return {
      leases: `${name}:leases`,
      callPrefix: `${name}:call:`,
      of: (counter) => `${name}:counter:${counter}`,
    };
  };

  const drop = async ({ leases, callPrefix, of }: Keys): Promise<void> => {
    for (const pattern of [of('*'), `${callPrefix}*`]) {
      let cursor = '0';
      do {
        const [next, keys] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', 1_000);
        if (keys.length > 0) await redis.del(...keys);
        cursor = next;
      } while (cursor !== '0');
    }
    await redis.del(leases);
  };

  let known: Promise<Keys> | undefined;
  let isReturn = false;
  const connected = async (): Promise<Keys> => {
    const wasAway = isReturn;
    const keys = keysOf(await runOf(redis));
    if (wasAway && isPassedBy) await drop(keys);
    return keys;
  };
  /** Of the connection that there is. */
  const keysNow = (): Promise<Keys> => {
    known ??= connected().catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
  const forget = (): void => {
    known = undefined;
    isReturn = true;
  };
  redis.on('close', forget);

  const ask = async (
    mode: 'reserve' | 'extend',
    callId: string,
    claims: readonly Claim[],
    leaseMs: number,
  ): Promise<Reserved> => {
    const { leases, callPrefix, of } = await keysNow();
    const keys = [leases, callPrefix + callId, ...claims.map(({ counter }) => of(counter.id))];
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
      const { leases, callPrefix, of } = await keysNow();
      const keys = charges.map((charge) => of(counterId(charge)));
      const amounts = charges.map(({ amount }) => written(amount));
      const values = [offsetMs(), callId, ...amounts];
      await SETTLE.run(redis, [leases, callPrefix + callId, ...keys], values);
    },
    correct: async (charges) => {
      const { of } = await keysNow();
      const by = charges.flatMap(({ amount }) =>
        amount < 0n ? ['take', written(-amount)] : ['add', written(amount)],
      );
      const keys = charges.map((charge) => of(counterId(charge)));
      await CORRECT.run(redis, keys, [offsetMs(), ...by]);
    },
    release: async (callId) => {
      const { leases, callPrefix } = await keysNow();
      await RELEASE.run(redis, [leases, callPrefix + callId], [offsetMs(), callId]);
    },
    renew: async (callIds, leaseMs) => {
      const { leases } = await keysNow();
      await RENEW.run(redis, [leases], [offsetMs(), leaseMs, ...callIds]);
    },
    load: async (figures, leaseMs) => {
      const { leases, callPrefix, of } = await keysNow();
      const keys = figures.map(({ counter }) => of(counter.id));
      const values = figures.flatMap(({ spent, open }) => [
        written(spent),
        open.length,
        ...open.flatMap(({ callId, amount }) => [callId, written(amount)]),
      ]);
      await LOAD.run(redis, [leases, ...keys], [offsetMs(), leaseMs, callPrefix, ...values]);
    },
    expired: async (limit) => {
      const { leases } = await keysNow();
      return CallIds.parse(await EXPIRED.run(redis, [leases], [offsetMs(), limit]));
    },
    standing: async (counters) => {
      const { of } = await keysNow();
      const all = await Promise.all(
        counters.map(async (counter) => {
          const fields = await redis.hmget(of(counter), 's', 'r');
          const [spent, reserved] = Standing.parse(fields);
          return spent === null ? [] : [{ counter, spent, reserved: reserved ?? 0n }];
        }),
      );
      return all.flat();
    },
    // The connection is its opener's.
    close: async () => void redis.off('close', forget),
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
