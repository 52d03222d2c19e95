import { DAY_MS } from '@tollgate/core';
import { callIdOf } from '../ledger/call-id.ts';
import { INPUT_COLUMNS, MEASURES, OUTPUT_COLUMNS } from '../ledger/measures.ts';
import { ROLLUP_MINUTES } from '../ledger/settle.ts';
import type { SqlReader, SqlRow } from '../sql.ts';
import type { Findings } from './findings.ts';

const MINUTE_MS = 60_000;
const MOST = 1_000;

const counted = (condition: string): string =>
  `sum(case when corrects is null and ${condition} then 1 else 0 end)`;

/** What rows add up to, in the order of MEASURES. Whole division cuts toward zero, as the writer's does. */
const FROM_CALLS = [
  counted('1 = 1'),
  counted("status = 'failed'"),
  counted("provenance in ('estimate', 'interrupted')"),
  counted('unpriced is not null'),
  ...[...INPUT_COLUMNS, ...OUTPUT_COLUMNS].map((name) => `sum(coalesce(${name}, 0))`),
  'sum(coalesce(cost_pico, 0) / 1000000)',
  'sum(coalesce(cost_pico, 0) % 1000000)',
].map((sum, at) => `${sum} as ${MEASURES[at]}`);

const differing = (minutes: number): string => {
  const span = minutes * MINUTE_MS;
  const sums = MEASURES.map((name) => `sum(${name}) as ${name}`).join(', ');
  const negated = MEASURES.map((name) => `-${name}`).join(', ');
  return `
    select starts_at, caller, route, ${sums} from (
      select started_at - started_at % ${span} as starts_at, caller, route, ${FROM_CALLS.join(', ')}
      from calls where started_at >= ? and started_at < ?
      group by started_at - started_at % ${span}, caller, route
      union all
      select starts_at, caller, route, ${negated} from rollups
      where minutes = ${minutes} and starts_at >= ? and starts_at < ?
    ) as both_sides
    group by starts_at, caller, route
    having ${MEASURES.map((name) => `sum(${name}) <> 0`).join(' or ')}
    order by starts_at limit ${MOST}`;
};

/** One day's rollup that is not the sum of its rows, and by how much the rows have more. */
export interface RollupGap {
  readonly minutes: number;
  readonly startsAt: number;
  readonly caller: number;
  readonly route: number;
  /** Rows less rollup, in the order of MEASURES. */
  readonly missing: readonly bigint[];
}

/** Rollups equal their rows: compared a day at a time, so that memory holds one day's. */
export async function rollupGaps(db: SqlReader): Promise<readonly RollupGap[]> {
  const gaps: RollupGap[] = [];
  for (const day of await daysOf(db)) {
    for (const minutes of ROLLUP_MINUTES) {
      const rows = await db.all(differing(minutes), day, day + DAY_MS, day, day + DAY_MS);
      for (const row of rows) gaps.push(gapOf(row, minutes));
      if (gaps.length >= MOST) return gaps;
    }
  }
  return gaps;
}

export async function auditRollups(db: SqlReader, findings: Findings): Promise<void> {
  for (const gap of await rollupGaps(db)) {
    const { minutes, startsAt, caller, route, missing } = gap;
    const parts = MEASURES.flatMap((name, at) =>
      (missing[at] ?? 0n) === 0n ? [] : [`${missing[at]} more ${name} in rows`],
    );
    findings.differ({
      check: 'rollups',
      what: `${minutes} minutes from ${new Date(startsAt).toISOString()}, ${await nameOf(db, gap)}`,
      expected: 'the sum of its rows',
      found: parts.join(', '),
      calls: await callsOf(db, { caller, route, startsAt, endsAt: startsAt + minutes * MINUTE_MS }),
    });
  }
}

const gapOf = (row: SqlRow, minutes: number): RollupGap => ({
  minutes,
  startsAt: Number(row['starts_at']),
  caller: Number(row['caller']),
  route: Number(row['route']),
  missing: MEASURES.map((name) => {
    const value = row[name];
    return typeof value === 'bigint' ? value : 0n;
  }),
});

async function daysOf(db: SqlReader): Promise<readonly number[]> {
  const rows = await db.all(
    `select started_at - started_at % ${DAY_MS} as day from calls group by 1
     union select starts_at - starts_at % ${DAY_MS} from rollups order by 1`,
  );
  return rows.map((row) => Number(row['day']));
}

async function nameOf(
  db: SqlReader,
  { caller, route }: Pick<RollupGap, 'caller' | 'route'>,
): Promise<string> {
  const [who] = await db.all('select key_name, face from callers where id = ?', caller);
  const [where] = await db.all('select provider, model_served from routes where id = ?', route);
  return `key ${who?.['key_name'] ?? 'unknown'}, ${who?.['face'] ?? 'no'} face, ${where?.['provider'] ?? ''}/${where?.['model_served'] ?? ''}`;
}

async function callsOf(
  db: SqlReader,
  of: Pick<RollupGap, 'caller' | 'route' | 'startsAt'> & { readonly endsAt: number },
): Promise<readonly string[]> {
  const rows = await db.all(
    `select call_id from calls
     where started_at >= ? and started_at < ? and caller = ? and route = ? limit 10`,
    of.startsAt,
    of.endsAt,
    of.caller,
    of.route,
  );
  return rows.map((row) => callIdOf(row['call_id']));
}
