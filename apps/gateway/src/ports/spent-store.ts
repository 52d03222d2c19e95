import type { Counter, CounterFigures } from '@tollgate/core/budgets';
import type { UsageEvent } from '@tollgate/core/usage';

/** What is known of a call whose lease is over. */
export type CallOutcome =
  | { readonly type: 'settled'; readonly event: UsageEvent }
  /** Its intent stands. A dead gateway's will be booked as interrupted, by whoever finds it. */
  | { readonly type: 'open' }
  /** Never sent. */
  | { readonly type: 'unknown' };

/** The ledger's own figures of budgets: the truth that counters are loaded from. */
export interface SpentStore {
  /** Spent, and the open intents' claims, of one instant: an event is in the one or the other. */
  figures(counters: readonly Counter[]): Promise<readonly CounterFigures[]>;
  outcomeOf(callId: string): Promise<CallOutcome>;
}
