import type { UsageEvent } from '@tollgate/core/usage';
import type { RecentQuery, UsageReports } from '../../../ports/usage-reports.ts';
import type { SqlReader, SqlRow } from '../sql.ts';
import { bytesOfCallId } from './call-id.ts';
import { readCall, SELECT_CALLS } from './call-row.ts';
import { summarize } from './usage-summary.ts';

const LONGEST_PAGE = 1000;
/** The largest a sequence number can be. */
const LAST = 2n ** 63n - 1n;

/** Reports over either engine. What is queued in a gateway and not written yet isn't in them. */
export const createUsageReports = (db: SqlReader): UsageReports => ({
  summary: (query) => summarize(db, query),
  recent: (query) => recent(db, query),
  find: async (callId) => {
    // Of several attempts the last: the one that answered.
    const [row] = await db.all(
      `${SELECT_CALLS} where calls.call_id = ? order by calls.attempt desc limit 1`,
      bytesOfCallId(callId),
    );
    return row === undefined ? undefined : readCall(row);
  },
});

async function recent(
  db: SqlReader,
  { limit, keyId, after }: RecentQuery,
): Promise<readonly UsageEvent[]> {
  const before = after === undefined ? LAST : await seqOf(db, after);
  const count = Math.max(0, Math.min(Math.trunc(limit), LONGEST_PAGE));
  if (keyId === undefined) {
    const rows = await db.all(
      `${SELECT_CALLS} where calls.seq < ? order by calls.seq desc limit ?`,
      before,
      count,
    );
    return rows.map(readCall);
  }
  // A key is one caller a face, so few; each has its rows in order, and a page takes from all of them.
  const callers = await db.all('select id from callers where key_id = ?', keyId);
  const pages: SqlRow[] = [];
  for (const { id } of callers) {
    const page = await db.all(
      `${SELECT_CALLS} where calls.caller = ? and calls.seq < ? order by calls.seq desc limit ?`,
      Number(id),
      before,
      count,
    );
    pages.push(...page);
  }
  const seq = (row: SqlRow): number => Number(row['seq']);
  return pages
    .sort((one, other) => seq(other) - seq(one))
    .slice(0, count)
    .map(readCall);
}

async function seqOf(db: SqlReader, callId: string): Promise<bigint> {
  const [row] = await db.all(
    'select min(seq) as seq from calls where call_id = ?',
    bytesOfCallId(callId),
  );
  const seq = row?.['seq'];
  return typeof seq === 'bigint' ? seq : 0n;
}
