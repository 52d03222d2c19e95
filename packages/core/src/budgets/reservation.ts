import type { Counter, CounterId } from './window.ts';

/** What a counter stands at. */
export interface CounterFigures {
  readonly counter: Counter;
  /** By calls that are settled. */
  readonly spent: bigint;
  /** What each call that is not settled holds. */
  readonly open: readonly { readonly callId: string; readonly amount: bigint }[];
}

/** A claim that found no room. */
export interface LackingRoom {
  readonly counter: CounterId;
  readonly limit: bigint;
  readonly spent: bigint;
  /** By other calls. */
  readonly reserved: bigint;
  readonly asked: bigint;
}

/** All of a call's claims found room, or none was taken. */
export type Reserved =
  | { readonly type: 'reserved' }
  /** Not known here: to be loaded from the ledger, then asked again. */
  | { readonly type: 'unknown'; readonly counters: readonly CounterId[] }
  | { readonly type: 'refused'; readonly lacking: readonly LackingRoom[] };

/** Others' reservations alone stand in the way: once they settle there may be room. */
export const mayFitLater = (lacking: readonly LackingRoom[]): boolean =>
  lacking.every(({ limit, spent, asked }) => spent + asked <= limit);
