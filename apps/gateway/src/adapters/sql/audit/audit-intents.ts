import { callIdOf } from '../ledger/call-id.ts';
import type { SqlReader, SqlRow } from '../sql.ts';
import type { Findings } from './findings.ts';

const MOST = 1_000;

/** An intent ends with its call's row, in one commit: who finds both finds a call that was settled by half. */
const BOTH = `
  select intents.call_id, intents.attempt from intents
  join calls on calls.call_id = intents.call_id and calls.attempt = intents.attempt
  where calls.corrects is null limit ${MOST}`;

const TWICE = `
  select call_id, attempt, count(*) as rows from calls where corrects is null
  group by call_id, attempt having count(*) > 1 limit ${MOST}`;

const OPEN = 'select call_id from intents order by started_at limit 10';

/** Each call that was meant is booked once, or still open. */
export async function auditIntents(db: SqlReader, findings: Findings): Promise<void> {
  const differ = (row: SqlRow, expected: string, found: string): void => {
    const id = callIdOf(row['call_id']);
    const what = `call ${id}, attempt ${row['attempt']}`;
    findings.differ({ check: 'intents', what, expected, found, calls: [id] });
  };
  for (const row of await db.all(BOTH)) differ(row, 'a row, or an open intent', 'both');
  for (const row of await db.all(TWICE)) differ(row, 'one row', `${row['rows']} rows`);
  const [open] = await db.all('select count(*) as count from intents');
  const count = Number(open?.['count'] ?? 0);
  if (count === 0) return;
  const first = await db.all(OPEN);
  const what = 'calls that run, or were lost with a gateway and wait for one to book them';
  for (const row of first) findings.note(what, callIdOf(row['call_id']));
  findings.note(what, undefined, count - first.length);
}
