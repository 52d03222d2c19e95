import type { UsageEvent } from '@tollgate/core/usage';
import type { SqlReader } from '../sql.ts';
import { readCall, SELECT_CALLS } from './call-row.ts';

const PAGE = 1_000;

/** Every row of the ledger, in the order in which it was booked, a page at a time. */
export const exportCalls = (db: SqlReader): AsyncGenerator<readonly UsageEvent[], void> =>
  pagesOf(db, 'calls.seq > ?');

/** The same of corrections alone. */
export const exportCorrections = (db: SqlReader): AsyncGenerator<readonly UsageEvent[], void> =>
  pagesOf(db, 'calls.seq > ? and calls.corrects is not null');

async function* pagesOf(
  db: SqlReader,
  condition: string,
): AsyncGenerator<readonly UsageEvent[], void> {
  let last = 0n;
  for (;;) {
    const rows = await db.all(
      `${SELECT_CALLS} where ${condition} order by calls.seq limit ?`,
      last,
      PAGE,
    );
    const seq = rows.at(-1)?.['seq'];
    if (typeof seq !== 'bigint') return;
    yield rows.map(readCall);
    last = seq;
  }
}
