import type { Charge } from '../usage/charge.ts';
import type { Claim } from './claims.ts';
import type { CounterFigures, LackingRoom, Reserved } from './reservation.ts';
import { type CounterId, counterId } from './window.ts';

/**
 * What running calls hold of counters beside what is spent, as a state machine: reserve, then extend,
 * then settle, release or expire. Each operation is whole; the clock is the caller's, in milliseconds
 * that never go back.
 */
export interface ReservationBook {
  /** All claims, or none. What a call held of these counters before is replaced. */
  reserve(callId: string, claims: readonly Claim[], lease: Lease): Reserved;
  /** Raises to these amounts where there is room, and never lowers. */
  extend(callId: string, claims: readonly Claim[], now: number): Reserved;
  /** What is not held was settled before, or stands in the figure that was loaded. */
  settle(callId: string, charges: readonly Charge[], now: number): void;
  release(callId: string): void;
  /** Adds differences to what counters that are known have spent, which never comes below nothing. */
  correct(charges: readonly Charge[], now: number): void;
  renew(callIds: readonly string[], until: number): void;
  /** Counters that are known stay as they are. */
  load(figures: readonly CounterFigures[], lease: Lease): void;
  /** Calls whose lease is over. They hold on: only the ledger knows what became of them. */
  expired(now: number, limit: number): readonly string[];
  /** Undefined: not known here. */
  standing(counter: CounterId): Pick<LackingRoom, 'spent' | 'reserved'> | undefined;
  /** Forgets counters that nobody holds anything of and that were not asked for since; tells how many stay. */
  forgetIdle(since: number): number;
}

export interface Lease {
  readonly now: number;
  readonly until: number;
}

interface Account {
  spent: bigint;
  /** The sum of what is held. */
  reserved: bigint;
  readonly held: Map<string, bigint>;
  usedAt: number;
}

interface HoldingCall {
  readonly counters: Set<CounterId>;
  until: number;
}

export function createReservationBook(): ReservationBook {
  const accounts = new Map<CounterId, Account>();
  const calls = new Map<string, HoldingCall>();

  const hold = (callId: string, counter: CounterId, amount: bigint, until: number): void => {
    const account = accounts.get(counter);
    if (account === undefined) return;
    account.reserved += amount - (account.held.get(callId) ?? 0n);
    account.held.set(callId, amount);
    const call = calls.get(callId);
    if (call === undefined) calls.set(callId, { counters: new Set([counter]), until });
    else call.counters.add(counter);
  };

  /** What it held, or nothing. */
  const letGo = (callId: string, counter: CounterId): bigint | undefined => {
    const account = accounts.get(counter);
    const amount = account?.held.get(callId);
    if (account === undefined || amount === undefined) return undefined;
    account.held.delete(callId);
    account.reserved -= amount;
    return amount;
  };

  const lackingOf = (
    callId: string,
    { counter, limit, amount }: Claim,
  ): LackingRoom | undefined => {
    const account = accounts.get(counter.id);
    if (account === undefined) return undefined;
    const reserved = account.reserved - (account.held.get(callId) ?? 0n);
    if (account.spent + reserved + amount <= limit) return undefined;
    return { counter: counter.id, limit, spent: account.spent, reserved, asked: amount };
  };

  const unknownIn = (claims: readonly Claim[]): readonly CounterId[] =>
    claims.flatMap(({ counter }) => (accounts.has(counter.id) ? [] : [counter.id]));

  const take = (
    callId: string,
    claims: readonly Claim[],
    { needing, lease }: { readonly needing: readonly Claim[]; readonly lease: Lease },
  ): Reserved => {
    const counters = unknownIn(claims);
    if (counters.length > 0) return { type: 'unknown', counters };
    const lacking = needing.flatMap((claim) => lackingOf(callId, claim) ?? []);
    for (const { counter } of claims) {
      const account = accounts.get(counter.id);
      if (account !== undefined) account.usedAt = lease.now;
    }
    if (lacking.length > 0) return { type: 'refused', lacking };
    for (const { counter, amount } of claims) hold(callId, counter.id, amount, lease.until);
    return RESERVED;
  };

  const book: ReservationBook = {
    reserve: (callId, claims, lease) => {
      const reserved = take(callId, claims, { needing: claims, lease });
      const call = calls.get(callId);
      if (reserved.type === 'reserved' && call !== undefined) call.until = lease.until;
      return reserved;
    },

    extend: (callId, claims, now) => {
      const raised = claims.filter(({ counter, amount }) => {
        const held = accounts.get(counter.id)?.held.get(callId);
        return held === undefined || held < amount;
      });
      const needing = raised.filter(({ mayOutgrow }) => !mayOutgrow);
      return take(callId, raised, { needing, lease: { now, until: now } });
    },

    settle: (callId, charges, now) => {
      for (const charge of charges) {
        const counter = counterId(charge);
        const account = accounts.get(counter);
        if (account === undefined || letGo(callId, counter) === undefined) continue;
        account.spent += charge.amount;
        account.usedAt = now;
      }
      // What is held of budgets that it was not charged on, concurrency for one.
      book.release(callId);
    },

    release: (callId) => {
      for (const counter of calls.get(callId)?.counters ?? []) letGo(callId, counter);
      calls.delete(callId);
    },

    correct: (charges, now) => {
      for (const charge of charges) {
        const account = accounts.get(counterId(charge));
        if (account === undefined) continue;
        const spent = account.spent + charge.amount;
        account.spent = spent > 0n ? spent : 0n;
        account.usedAt = now;
      }
    },

    renew: (callIds, until) => {
      for (const callId of callIds) {
        const call = calls.get(callId);
        if (call !== undefined) call.until = until;
      }
    },

    load: (figures, { now, until }) => {
      for (const { counter, spent, open } of figures) {
        if (accounts.has(counter.id)) continue;
        accounts.set(counter.id, { spent, reserved: 0n, held: new Map(), usedAt: now });
        for (const { callId, amount } of open) hold(callId, counter.id, amount, until);
      }
    },

    expired: (now, limit) => {
      const over: string[] = [];
      for (const [callId, { until }] of calls) {
        if (over.length >= limit) break;
        if (until <= now) over.push(callId);
      }
      return over;
    },

    standing: (counter) => {
      const account = accounts.get(counter);
      return account === undefined
        ? undefined
        : { spent: account.spent, reserved: account.reserved };
    },

    forgetIdle: (since) => {
      for (const [counter, { held, usedAt }] of accounts) {
        if (held.size === 0 && usedAt < since) accounts.delete(counter);
      }
      return accounts.size;
    },
  };
  return book;
}

const RESERVED: Reserved = { type: 'reserved' };
