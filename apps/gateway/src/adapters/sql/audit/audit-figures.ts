import { DAY_MS } from '@tollgate/core';
import type { AuditCheck, TheirFigures } from '../../../ports/audit.ts';
import { addFigures, COUNTED, type DayFigures } from '../../../ports/day-figures.ts';
import { callIdOf } from '../ledger/call-id.ts';
import { INPUT_COLUMNS, OUTPUT_COLUMNS, PICO_PER_MICRO } from '../ledger/measures.ts';
import type { SqlReader, SqlRow } from '../sql.ts';
import type { Findings } from './findings.ts';

/** Bills are rounded: to the cent, say, and each of their lines for itself. */
const ROUNDING_PICO = 10_000_000_000n;

const sum = (columns: readonly string[]): string => columns.join(' + ');

const OURS = `
  select rollups.starts_at, case when routes.model_served = '' then routes.model_asked
      else routes.model_served end as model,
    sum(requests) as requests, sum(${sum(INPUT_COLUMNS)}) as input_tokens,
    sum(${sum(OUTPUT_COLUMNS)}) as output_tokens, sum(cost_micro) as cost_micro,
    sum(cost_rest) as cost_rest
  from rollups join routes on routes.id = rollups.route
  where rollups.minutes = 1440 and routes.provider = ? and starts_at >= ? and starts_at <= ?
  group by 1, 2`;

/** Theirs against ours, for the days that theirs tell of: drift by day and model. */
export async function auditFigures(
  db: SqlReader,
  { of, figures }: TheirFigures,
  findings: Findings,
): Promise<void> {
  const days = figures.map(({ day }) => Date.parse(`${day}T00:00:00Z`));
  if (days.length === 0) return;
  const [first, last] = [Math.min(...days), Math.max(...days)];
  const rows = await db.all(OURS, of, first, last);
  await compareFigures(
    { check: 'provider', of, ours: rows.map(figuresOf), theirs: figures },
    { findings, callsOf: (day, model) => callsOf(db, { of, day, model }) },
  );
}

export interface Compared {
  readonly check: AuditCheck;
  readonly of: string;
  readonly ours: Iterable<DayFigures>;
  readonly theirs: Iterable<DayFigures>;
}

export async function compareFigures(
  { check, of, ours, theirs }: Compared,
  {
    findings,
    callsOf,
  }: {
    readonly findings: Findings;
    readonly callsOf: (day: string, model: string) => Promise<readonly string[]>;
  },
): Promise<void> {
  const [our, their] = [addFigures(ours), addFigures(theirs)];
  for (const name of [...new Set([...their.keys(), ...our.keys()])].sort()) {
    const [one, other] = [our.get(name), their.get(name)];
    const { day, model } = one ?? other ?? { day: '', model: '' };
    const drift = driftOf(one ?? { day, model }, other ?? { day, model }, other === undefined);
    if (drift === undefined) continue;
    const calls = await callsOf(day, model);
    findings.differ({ check, what: `${of} on ${day}, ${model}`, ...drift, calls });
  }
}

/** `isUntold`: they tell nothing of the model on that day at all, which is no usage. */
function driftOf(
  ours: DayFigures,
  theirs: DayFigures,
  isUntold: boolean,
): { readonly expected: string; readonly found: string } | undefined {
  const expected: string[] = [];
  const found: string[] = [];
  for (const name of COUNTED) {
    const [our, their] = [ours[name] ?? 0, theirs[name]];
    if ((their === undefined && !isUntold) || our === (their ?? 0)) continue;
    expected.push(`${their ?? 0} ${name}`);
    found.push(`${our} ${name}`);
  }
  if (theirs.picoUsd !== undefined) {
    const our = ours.picoUsd ?? 0n;
    const off = our - theirs.picoUsd;
    if (off > ROUNDING_PICO || off < -ROUNDING_PICO) {
      expected.push(`${theirs.picoUsd} pico-dollars`);
      found.push(`${our} pico-dollars`);
    }
  }
  if (expected.length === 0) return undefined;
  return { expected: `theirs: ${expected.join(', ')}`, found: `ours: ${found.join(', ')}` };
}

const figuresOf = (row: SqlRow): DayFigures => ({
  day: new Date(Number(row['starts_at'])).toISOString().slice(0, 10),
  model: String(row['model']),
  requests: Number(row['requests']),
  inputTokens: Number(row['input_tokens']),
  outputTokens: Number(row['output_tokens']),
  picoUsd: BigInt(String(row['cost_micro'])) * PICO_PER_MICRO + BigInt(String(row['cost_rest'])),
});

async function callsOf(
  db: SqlReader,
  { of, day, model }: { readonly of: string; readonly day: string; readonly model: string },
): Promise<readonly string[]> {
  const start = Date.parse(`${day}T00:00:00Z`);
  const rows = await db.all(
    `select calls.call_id from calls join routes on routes.id = calls.route
     where calls.started_at >= ? and calls.started_at < ? and routes.provider = ?
       and (routes.model_served = ? or (routes.model_served = '' and routes.model_asked = ?))
     limit 10`,
    start,
    start + DAY_MS,
    of,
    model,
    model,
  );
  return rows.map((row) => callIdOf(row['call_id']));
}
