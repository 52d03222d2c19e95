import type { Charge, Estimated, Intent, UsageEvent } from '@tollgate/core/usage';
import type { DependencyStatus } from './governance.ts';
import type { BookedPrice } from './price-book.ts';

/** What is booked with an event, in the same commit. */
export interface Booking {
  /** The price that the event's cost was computed by: kept beside it, so that it can be computed again. */
  readonly price?: BookedPrice | undefined;
  /** What it spent of budgets. */
  readonly charges?: readonly Charge[];
  /** Booked only where its intent is still open: of several gateways that settle a lost call, one does. */
  readonly isLost?: boolean;
}

/** `charges`: what was booked with the event. */
export type LedgerListener = (event: UsageEvent, charges: readonly Charge[]) => void;

/**
 * Where calls become durable. `record` queues for the next group commit; an event that was recorded is
 * written once, or the ledger says that it is unhealthy. It takes the place of its intent.
 */
export interface Ledger {
  /** Resolves once it is durable that this call may be sent; false: the ledger can't be written. */
  intend(intent: Intent): Promise<boolean>;
  /** Raises what stands on the intent of a running call; durable with the next commit, not waited for. */
  extend(callId: string, stands: Estimated): void;
  /** Calls that gateways which died meant to send, and of whose end nothing is known. */
  lost(): Promise<readonly Intent[]>;
  /** False: it is lost, as too many wait already, or the ledger is closed. Its intent stands on. */
  record(event: UsageEvent, booking?: Booking): boolean;
  /** Resolves when everything recorded so far is durable. */
  flush(): Promise<void>;
  /** Called after each event that has become durable. Returns the way to stop listening. */
  subscribe(listener: LedgerListener): () => void;
  /**
   * Called with an event whose call stands booked already, and with the row that stands: another gateway
   * took this one for dead.
   */
  onBookedBefore(listener: (late: UsageEvent, booked: UsageEvent) => Promise<void>): void;
  status(): Promise<DependencyStatus>;
  /** Writes what is queued. Resolves with how many events are lost, as it would not take them. */
  close(): Promise<number>;
}
