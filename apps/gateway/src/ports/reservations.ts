import type {
  Claim,
  CounterFigures,
  CounterId,
  LackingRoom,
  Reserved,
} from '@tollgate/core/budgets';
import type { Charge } from '@tollgate/core/usage';

/**
 * What running calls hold of budgets, beside what is spent: a copy of the ledger's figures plus open
 * reservations. Each operation is atomic over all counters of its call. A counter that was lost is
 * loaded from the ledger again.
 */
export interface Reservations {
  /** Takes all claims, or none. Asking again for a call replaces what it holds of these counters. */
  reserve(callId: string, claims: readonly Claim[], leaseMs: number): Promise<Reserved>;
  /** Raises what a running call holds to these amounts, where there is room; never lowers. */
  extend(callId: string, claims: readonly Claim[]): Promise<Reserved>;
  /**
   * Turns what a call holds into what it cost. Once its event is durable, and as often as one likes: a
   * reservation that is absent stands in the loaded figure already.
   */
  settle(callId: string, charges: readonly Charge[]): Promise<void>;
  /**
   * Adds differences to what counters that are known have spent: those of a correction, told once, by
   * who booked it. One that is loaded later has them in its figure.
   */
  correct(charges: readonly Charge[]): Promise<void>;
  /** Gives back all that a call holds: it was never sent. */
  release(callId: string): Promise<void>;
  /** The calls live on: their leases begin anew. */
  renew(callIds: readonly string[], leaseMs: number): Promise<void>;
  /** Of counters that are not known; those that are stay as they are. */
  load(figures: readonly CounterFigures[], leaseMs: number): Promise<void>;
  /** Calls whose lease is over, at most `limit`. They hold on until the ledger was asked about them. */
  expired(limit: number): Promise<readonly string[]>;
  /** Of these counters, those that are known. */
  standing(counters: readonly CounterId[]): Promise<readonly Standing[]>;
  close(): Promise<void>;
}

export type Standing = Pick<LackingRoom, 'counter' | 'spent' | 'reserved'>;
