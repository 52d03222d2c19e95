import type { UsageEvent } from '@tollgate/core/usage';
import type { Log } from '../../ports/log.ts';
import type { UsageReports } from '../../ports/usage-reports.ts';

/** When one call of a subject was admitted, Unix milliseconds. */
export interface Arrival {
  readonly subject: string;
  readonly at: number;
}

const MINUTE_MS = 60_000;
const PAGE = 1_000;
/** A minute with more calls than this is remembered in part: the latest. */
const MAX_PAGES = 10;

/** As identities name it. */
const subjectOf = ({ keyId, user }: UsageEvent): string =>
  user === undefined ? `key:${keyId}` : `zion:${user.externalId}`;

/** The calls of the last minute, as the ledger has them, oldest first. None when it can't be read. */
export async function recentArrivals(
  reports: Pick<UsageReports, 'recent'>,
  now: number,
  log: Log,
): Promise<readonly Arrival[]> {
  const arrivals: Arrival[] = [];
  try {
    let after: string | undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const events = await reports.recent({
        limit: PAGE,
        ...(after === undefined ? {} : { after }),
      });
      const late = events.filter(({ startedAt }) => startedAt > now - MINUTE_MS);
      for (const event of late) arrivals.push({ subject: subjectOf(event), at: event.startedAt });
      after = events.at(-1)?.callId;
      if (late.length < PAGE) break;
    }
  } catch (error) {
    log.warn({ detail: String(error) }, 'rate limits start afresh: the ledger could not be read');
  }
  return arrivals.sort((one, other) => one.at - other.at);
}
