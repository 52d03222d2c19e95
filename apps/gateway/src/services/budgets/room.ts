import type { Claim, Counter, LackingRoom, Reserved } from '@tollgate/core/budgets';
import type { Charge, UsageEvent } from '@tollgate/core/usage';
import type { Clock, Timer } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Reservations } from '../../ports/reservations.ts';
import type { SpentStore } from '../../ports/spent-store.ts';
import { type Attempt, createWaitingCalls } from './waiting-calls.ts';

/** A gateway that dies leaves what it held to the others after this. */
const LEASE_MS = 60_000;
const RENEW_MS = 20_000;
/** Leases of the dead that are looked into at a time. */
const MOST_EXPIRED = 100;

export type Taken =
  | { readonly type: 'reserved' }
  | { readonly type: 'refused'; readonly lacking: readonly LackingRoom[] }
  /** The ledger can't tell what is spent. */
  | { readonly type: 'unavailable' };

/** Reservations of this gateway's calls: loaded from the ledger, waited for, renewed while calls live. */
export interface Room {
  /** `mayFitLater`: others may yet give back what is lacking, so it is waited for. */
  take(
    callId: string,
    claims: readonly Claim[],
    waiting: {
      readonly signal: AbortSignal;
      readonly mayFitLater: (lacking: readonly LackingRoom[]) => boolean;
    },
  ): Promise<Taken>;
  extend(callId: string, claims: readonly Claim[]): Promise<Taken>;
  settle(callId: string, charges: readonly Charge[]): void;
  /** What a correction of a settled call adds or takes back. */
  correct(charges: readonly Charge[]): void;
  release(callId: string): void;
  /** What counters stand at, loaded where they are not known. */
  standing(counters: readonly Counter[]): Promise<ReadonlyMap<string, Stands> | undefined>;
  close(): Promise<void>;
}

export type Stands = Pick<LackingRoom, 'spent' | 'reserved'>;

export interface RoomDeps {
  readonly reservations: Reservations;
  readonly spent: SpentStore;
  /** Of a call that is settled already, and whose own gateway did not say so. */
  readonly chargesOf: (event: UsageEvent) => readonly Charge[];
  readonly clock: Clock;
  readonly log: Log;
}

export function createRoom(deps: RoomDeps): Room {
  const { reservations, spent, clock, log } = deps;
  const waiting = createWaitingCalls(clock);
  const loading = new Map<string, Promise<void>>();
  const own = new Set<string>();
  let timer: Timer | undefined;
  let isClosed = false;

  const load = (counters: readonly Counter[]): Promise<void> => {
    const name = counters.map(({ id }) => id).join(' ');
    const running = loading.get(name);
    if (running !== undefined) return running;
    const loaded = spent
      .figures(counters)
      .then((figures) => reservations.load(figures, LEASE_MS))
      .finally(() => loading.delete(name));
    loading.set(name, loaded);
    return loaded;
  };

  /** Asks until all counters are known. */
  const untilKnown = async (
    claims: readonly Claim[],
    ask: () => Promise<Reserved>,
  ): Promise<Taken> => {
    for (let tries = 0; tries < MOST_LOADS; tries += 1) {
      const reserved = await ask();
      if (reserved.type !== 'unknown') return reserved;
      const unknown = new Set(reserved.counters);
      await load(claims.flatMap(({ counter }) => (unknown.has(counter.id) ? [counter] : [])));
    }
    return { type: 'unavailable' };
  };

  const asked = async (claims: readonly Claim[], ask: () => Promise<Reserved>): Promise<Taken> => {
    try {
      return await untilKnown(claims, ask);
    } catch (error) {
      log.error({ detail: String(error) }, 'what budgets have left can’t be told');
      return { type: 'unavailable' };
    }
  };

  const lookInto = async (callId: string): Promise<void> => {
    const outcome = await spent.outcomeOf(callId);
    switch (outcome.type) {
      case 'settled':
        return reservations.settle(callId, deps.chargesOf(outcome.event));
      case 'open':
        // A dead gateway's call will be booked by whoever finds it, and settled after that.
        return reservations.renew([callId], LEASE_MS);
      case 'unknown':
        return reservations.release(callId);
    }
  };

  const renew = async (): Promise<void> => {
    await reservations.renew([...own], LEASE_MS);
    for (const callId of await reservations.expired(MOST_EXPIRED)) await lookInto(callId);
    waiting.roomMayHaveCome();
  };

  /** While calls hold something: who holds nothing needs no room from the dead. */
  const watch = (): void => {
    timer ??= clock.schedule(RENEW_MS, () => {
      renew()
        .catch((error: unknown) => log.warn({ detail: String(error) }, 'leases can’t be renewed'))
        .finally(() => {
          timer = undefined;
          if (!isClosed && own.size > 0) watch();
        });
    });
  };

  /** What failed is made good when the lease is over. */
  const inBackground = (work: Promise<void>): void => {
    work
      .then(() => waiting.roomMayHaveCome())
      .catch((error: unknown) =>
        log.warn({ detail: String(error) }, 'a reservation can’t be settled'),
      );
  };

  return {
    take: async (callId, claims, { signal, mayFitLater }) => {
      const ask = (): Promise<Taken> =>
        asked(claims, () => reservations.reserve(callId, claims, LEASE_MS));
      own.add(callId);
      watch();
      let taken = await ask();
      // Its answer may be lost, and the reservation not.
      if (taken.type === 'unavailable') inBackground(reservations.release(callId));
      if (taken.type === 'refused' && mayFitLater(taken.lacking)) {
        const attempt = async (): Promise<Attempt> => {
          taken = await ask();
          const isBlocked = taken.type === 'refused' && mayFitLater(taken.lacking);
          return isBlocked ? { blocked: blockedBy(taken) } : 'done';
        };
        await waiting.wait(blockedBy(taken), attempt, signal);
      }
      if (taken.type !== 'reserved') own.delete(callId);
      return taken;
    },
    extend: (callId, claims) => asked(claims, () => reservations.extend(callId, claims)),
    settle: (callId, charges) => {
      own.delete(callId);
      inBackground(reservations.settle(callId, charges));
    },
    correct: (charges) => inBackground(reservations.correct(charges)),
    release: (callId) => {
      own.delete(callId);
      inBackground(reservations.release(callId));
    },
    standing: async (counters) => {
      const ids = counters.map(({ id }) => id);
      try {
        let known = await reservations.standing(ids);
        if (known.length < ids.length) {
          await load(counters.filter(({ id }) => known.every(({ counter }) => counter !== id)));
          known = await reservations.standing(ids);
        }
        return new Map(known.map(({ counter, ...stands }) => [counter, stands]));
      } catch (error) {
        log.error({ detail: String(error) }, 'what budgets have left can’t be told');
        return undefined;
      }
    },
    close: async () => {
      isClosed = true;
      timer?.cancel();
      await reservations.close();
    },
  };
}

/** Counters are lost between loading and asking again once in a blue moon, not so often. */
const MOST_LOADS = 5;

const blockedBy = (taken: Taken): readonly string[] =>
  taken.type === 'refused' ? taken.lacking.map(({ counter }) => counter) : [];
