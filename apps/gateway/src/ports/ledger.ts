import type { Intent, UsageEvent } from '@tollgate/core/usage';
import type { DependencyStatus } from './governance.ts';
import type { BookedPrice } from './price-book.ts';

/** Rows of a usage report: one a group. Token counts are exact sums. */
export interface UsageRow {
  /** `2026-11-23`, in UTC; present when grouped by day. */
  readonly day?: string;
  readonly keyId?: string;
  readonly keyName?: string;
  /** `provider/model`, as it served. */
  readonly model?: string;
  readonly requests: number;
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  /** Calls whose tokens were estimated or cut short, and are marked so. */
  readonly estimatedRequests: number;
  readonly failedRequests: number;
  /** What the priced calls cost together: whole pico-dollars, as decimal text. */
  readonly costPicoUsd: string;
  /** Calls that cost something nobody has a price for: they are missing in the cost. */
  readonly unpricedRequests: number;
}

export interface UsageQuery {
  /** Unix milliseconds, inclusive; absent: from the beginning. */
  readonly from?: number;
  /** Unix milliseconds, exclusive; absent: until now. */
  readonly to?: number;
  readonly keyId?: string;
  readonly groupBy: readonly ('day' | 'key' | 'model')[];
}

/**
 * Where usage events become durable. `record` queues for the next group commit; an event that was
 * recorded is written once, or the ledger says that it is unhealthy. It takes the place of its intent.
 */
export interface Ledger {
  /** Resolves once it is durable that this call may be sent; false: the ledger can't be written. */
  intend(intent: Intent): Promise<boolean>;
  /** Calls that a gateway before this one meant to send, and of whose end nothing is known. */
  lost(): readonly Intent[];
  /** `price` is the one its cost was computed by: kept beside it, so that it can be computed again. */
  record(event: UsageEvent, price?: BookedPrice): void;
  /** Resolves when everything recorded so far is durable. */
  flush(): Promise<void>;
  summary(query: UsageQuery): Promise<readonly UsageRow[]>;
  /** The latest events first; at most `limit`, and at most 1,000. */
  recent(query: {
    readonly limit: number;
    readonly keyId?: string;
    readonly after?: string;
  }): Promise<readonly UsageEvent[]>;
  find(callId: string): Promise<UsageEvent | undefined>;
  /** Called after each event that has become durable. Returns the way to stop listening. */
  subscribe(listener: (event: UsageEvent) => void): () => void;
  status(): Promise<DependencyStatus>;
  /** Writes what is queued. Resolves with how many events are lost, as it would not take them. */
  close(): Promise<number>;
}
