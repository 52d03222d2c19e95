import { DAY_MS } from '@tollgate/core';
import type { UsageGroup, UsageQuery, UsageRow } from '../../../ports/usage-reports.ts';
import type { SqlReader, SqlRow, SqlValue } from '../sql.ts';
import { INPUT_COLUMNS, MEASURES, OUTPUT_COLUMNS, PICO_PER_MICRO } from './measures.ts';
import { type Bucketed, bucketed, type Grain, type Segment } from './time-buckets.ts';

/** What groups are made by, but for time. A tag is one of a list, which is taken apart after the sums. */
const GROUPS = {
  key: { key_id: 'callers.key_id' },
  user: { user_id: 'callers.user_id' },
  team: { team_id: 'callers.team_id' },
  organisation: { organisation_id: 'callers.organisation_id' },
  // With its provider: two of them may serve models of one name, at different prices.
  model: {
    model: `case when routes.provider = '' then '' else routes.provider || '/' end
      || case when routes.model_served = '' then routes.model_asked else routes.model_served end`,
  },
  tier: { service_tier: 'routes.service_tier' },
  face: { face: 'callers.face' },
  tag: { tags: 'callers.tags' },
} as const satisfies { readonly [group in Exclude<UsageGroup, 'day' | 'month'>]: object };

/** Of one statement, which sees all segments of a bucket at one instant: far below the parameters of either engine. */
const MOST_BUCKETS = 500;
/** As far as calendars go, less a day of another zone. */
const LATEST = 8_640_000_000_000_000 - DAY_MS;

const ACTIVE_DAYS = `select distinct starts_at from rollups
  where minutes = 1440 and starts_at > ? and starts_at < ? order by starts_at`;

/** Sums of rollups alone, exact: integers are read as BigInt, and added up as such. */
export async function summarize(db: SqlReader, query: UsageQuery): Promise<readonly UsageRow[]> {
  const { from = -LATEST, to = LATEST, zone = 'UTC' } = query;
  const days = await db.all(ACTIVE_DAYS, from - DAY_MS, to);
  const buckets = bucketed({
    grain: grainOf(query.groupBy),
    zone,
    from,
    to,
    activeDays: days.map((row) => Number(row['starts_at'])),
  });
  const sums = new Map<string, Sum>();
  const parts = Map.groupBy(buckets.segments, ({ bucket }) => Math.floor(bucket / MOST_BUCKETS));
  for (const part of parts.values()) {
    for (const row of await sumsOf(db, query, part)) addUp(sums, row, { query, buckets });
  }
  return [...sums.values()]
    .filter(({ measures }) => measures.some((measure) => measure !== 0n))
    .sort(byGroup)
    .map(({ group, measures }) => ({ ...group, ...totals(measures) }));
}

/** The finer of the two: a month is the beginning of a day's name. */
function grainOf(groupBy: readonly UsageGroup[]): Grain {
  if (groupBy.includes('day')) return 'day';
  return groupBy.includes('month') ? 'month' : undefined;
}

const SUMS = MEASURES.map((name) => `sum(${name}) as ${name}`).join(', ');
const SIGNED_SUMS = MEASURES.map((name) => `sum(sign * ${name}) as ${name}`).join(', ');

const WITHIN = `rollups.minutes = segments.minutes
  and rollups.starts_at >= segments.first and rollups.starts_at < segments.last`;

/**
 * Each segment looked up in the rollups' key; else an engine compares each rollup with all segments.
 * First by the numbers that callers and routes have, since comparing texts costs more than adding.
 */
const SEGMENT_SUMS = {
  // It joins in the order that a cross join has.
  sqlite: `select segments.bucket, segments.sign, rollups.caller, rollups.route, ${SUMS}
    from segments cross join rollups where ${WITHIN}
    group by segments.bucket, segments.sign, rollups.caller, rollups.route`,
  // It joins as it estimates, and takes a segment for a two-hundredth of all rollups.
  postgres: `select segments.bucket, segments.sign, sums.* from segments cross join lateral (
    select rollups.caller, rollups.route, ${SUMS} from rollups where ${WITHIN}
    group by rollups.caller, rollups.route) as sums`,
} as const satisfies Record<SqlReader['engine'], string>;

const SEGMENT = `(${Array.from({ length: 5 }, () => 'cast(? as bigint)').join(', ')})`;

function sumsOf(
  db: SqlReader,
  { keyId, groupBy }: UsageQuery,
  segments: readonly Segment[],
): Promise<readonly SqlRow[]> {
  const columns = Object.entries(
    Object.assign(
      {},
      ...groupBy.map((name) => (name in GROUPS ? GROUPS[name as keyof typeof GROUPS] : {})),
    ),
  );
  const names = ['bucket', ...columns.map(([name]) => name)].join(', ');
  const values: SqlValue[] = segments.flatMap(({ bucket, sign, minutes, from, to }) => [
    bucket,
    sign,
    minutes,
    from,
    to,
  ]);
  const ofKey = keyId === undefined ? '' : 'where callers.key_id = ?';
  return db.all(
    `with segments (bucket, sign, minutes, first, last) as (values ${segments.map(() => SEGMENT).join(', ')}),
    sums as (${SEGMENT_SUMS[db.engine]})
    select bucket, ${columns.map(([name, expression]) => `${expression} as ${name}, `).join('')}
      max(callers.key_name) as key_name, ${SIGNED_SUMS}
    from sums join callers on callers.id = sums.caller join routes on routes.id = sums.route
    ${ofKey} group by ${names} order by ${names}`,
    ...values,
    ...(keyId === undefined ? [] : [keyId]),
  );
}

type Group = Pick<
  UsageRow,
  | 'day'
  | 'month'
  | 'keyId'
  | 'keyName'
  | 'userId'
  | 'teamId'
  | 'organisationId'
  | 'model'
  | 'serviceTier'
  | 'face'
  | 'tag'
>;

interface Sum {
  readonly group: Group;
  /** Sorts as the groups were asked for. */
  readonly order: readonly string[];
  readonly measures: bigint[];
}

function addUp(
  sums: Map<string, Sum>,
  row: SqlRow,
  { query, buckets }: { readonly query: UsageQuery; readonly buckets: Bucketed },
): void {
  const label = buckets.labels[Number(row['bucket'])] ?? '';
  const tags: readonly string[] =
    query.groupBy.includes('tag') && row['tags'] !== '' ? JSON.parse(String(row['tags'])) : [''];
  const measures = MEASURES.map((name) => bigint(row[name]));
  for (const tag of tags) {
    const parts = query.groupBy.map((name) => partOf(name, row, { label, tag }));
    const order = parts.map(({ value }) => value);
    const name = JSON.stringify(order);
    const known = sums.get(name);
    if (known === undefined) {
      const group: Group = Object.assign({}, ...parts.map(({ fields }) => fields));
      sums.set(name, { group, order, measures: [...measures] });
    } else {
      for (const [index, value] of measures.entries()) {
        known.measures[index] = (known.measures[index] ?? 0n) + value;
      }
    }
  }
}

interface Part {
  readonly value: string;
  readonly fields: Group;
}

function partOf(
  name: UsageGroup,
  row: SqlRow,
  { label, tag }: { readonly label: string; readonly tag: string },
): Part {
  const text = (column: string): string => String(row[column] ?? '');
  switch (name) {
    case 'day':
      return { value: label, fields: { day: label } };
    case 'month':
      return { value: label.slice(0, 7), fields: { month: label.slice(0, 7) } };
    case 'key':
      return {
        value: text('key_id'),
        fields: { keyId: text('key_id'), keyName: text('key_name') },
      };
    case 'user':
      return { value: text('user_id'), fields: { userId: text('user_id') } };
    case 'team':
      return { value: text('team_id'), fields: { teamId: text('team_id') } };
    case 'organisation':
      return {
        value: text('organisation_id'),
        fields: { organisationId: text('organisation_id') },
      };
    case 'model':
      return { value: text('model'), fields: { model: text('model') } };
    case 'tier':
      return { value: text('service_tier'), fields: { serviceTier: text('service_tier') } };
    case 'face':
      return { value: text('face'), fields: { face: text('face') } };
    case 'tag':
      return { value: tag, fields: { tag } };
    default:
      return name satisfies never;
  }
}

function byGroup({ order: one }: Sum, { order: other }: Sum): number {
  for (const [index, value] of one.entries()) {
    const against = other[index] ?? '';
    if (value !== against) return value < against ? -1 : 1;
  }
  return 0;
}

const bigint = (value: unknown): bigint => (typeof value === 'bigint' ? value : 0n);

function totals(measures: readonly bigint[]) {
  const of = (...names: readonly (typeof MEASURES)[number][]): bigint =>
    names.reduce((sum, name) => sum + (measures[MEASURES.indexOf(name)] ?? 0n), 0n);
  return {
    requests: Number(of('requests')),
    inputTokens: Number(of(...INPUT_COLUMNS)),
    cachedInputTokens: Number(of('input_cache_read')),
    cacheWriteTokens: Number(of('input_cache_write_5m', 'input_cache_write_1h')),
    outputTokens: Number(of(...OUTPUT_COLUMNS)),
    reasoningTokens: Number(of('output_reasoning')),
    estimatedRequests: Number(of('estimated')),
    failedRequests: Number(of('failed')),
    costPicoUsd: String(of('cost_micro') * PICO_PER_MICRO + of('cost_rest')),
    unpricedRequests: Number(of('unpriced')),
  };
}
