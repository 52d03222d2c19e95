import type { UsageEvent } from '@tollgate/core/usage';

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

export interface RecentQuery {
  readonly limit: number;
  readonly keyId?: string;
  /** Those before this call. */
  readonly after?: string;
}

/** What the ledger tells: the one place that numbers come from, whoever shows them. */
export interface UsageReports {
  summary(query: UsageQuery): Promise<readonly UsageRow[]>;
  /** The latest events first; at most `limit`, and at most 1,000. */
  recent(query: RecentQuery): Promise<readonly UsageEvent[]>;
  find(callId: string): Promise<UsageEvent | undefined>;
}
