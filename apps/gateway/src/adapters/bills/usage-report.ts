import type { Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import type { DayFigures } from '../../ports/day-figures.ts';
import type { Upstream } from '../../ports/upstream.ts';

export interface ReportRequest {
  readonly upstream: Upstream;
  /** As its official client calls its base URL. */
  readonly baseUrl: string;
  readonly adminKey: string;
  /** Unix milliseconds, the first instants of days in UTC; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
}

/** What a provider itself says was used, by day and model. */
export type UsageReport = (
  request: ReportRequest,
) => Promise<Result<readonly DayFigures[], GatewayError>>;

/** A month of days a page; nobody asks for more than ten years. */
export const MOST_PAGES = 130;
export const DAYS_PER_PAGE = 31;

export const DEADLINES = {
  connectMs: 5_000,
  headersMs: 30_000,
  idleMs: 30_000,
  totalMs: 60_000,
};

export const dayOf = (instant: number): string => new Date(instant).toISOString().slice(0, 10);
