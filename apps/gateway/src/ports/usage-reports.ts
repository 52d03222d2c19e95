import type { UsageEvent } from '@tollgate/core/usage';

export const USAGE_GROUPS = [
  'day',
  'month',
  'key',
  'user',
  'team',
  'organisation',
  'model',
  'tier',
  'face',
  'tag',
] as const;
export type UsageGroup = (typeof USAGE_GROUPS)[number];

/** Rows of a usage report: one a group. Token counts are exact sums. */
export interface UsageRow {
  /** `2026-11-23`, in the query's time zone; present when grouped by day. */
  readonly day?: string;
  /** `2026-11`. */
  readonly month?: string;
  readonly keyId?: string;
  readonly keyName?: string;
  /** Empty, as the next ones, where the calls were nobody's. */
  readonly userId?: string;
  readonly teamId?: string;
  readonly organisationId?: string;
  /** `provider/model`, as it served. */
  readonly model?: string;
  /** Of service, as its provider calls it; empty where it didn't say. */
  readonly serviceTier?: string;
  readonly face?: string;
  /** A call with several counts under each; one without, under the empty tag. */
  readonly tag?: string;
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
  /** Unix milliseconds, inclusive, taken down to the quarter of an hour; absent: from the beginning. */
  readonly from?: number;
  /** Unix milliseconds, exclusive, taken up to the quarter of an hour; absent: until now. */
  readonly to?: number;
  /** IANA name of the time zone whose days and months are meant; absent: UTC. */
  readonly zone?: string;
  readonly keyId?: string;
  readonly groupBy: readonly UsageGroup[];
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
