import { isTimeZone } from '@tollgate/core/budgets';
import { picoUsd, showUsd } from '@tollgate/core/pricing';
import {
  USAGE_GROUPS,
  type UsageGroup,
  type UsageQuery,
  type UsageRow,
} from '../ports/usage-reports.ts';
import type { Directory } from '../services/admin/directory.ts';
import { calendarDay, startOfDay } from './calendar-day.ts';
import { type CliContext, type CommonOptions, misused, readConfig, toJson } from './context.ts';
import { withStores } from './open-stores.ts';
import { OPERATOR, valueOrFail } from './operator.ts';
import { renderTable } from './table.ts';

export interface UsageOptions extends CommonOptions {
  readonly by: string;
  readonly from?: string;
  readonly to?: string;
  readonly key?: string;
  readonly zone?: string;
}

/** What was used, from the ledger itself: the same numbers that the gateway's faces tell. */
export async function printUsage(context: CliContext, options: UsageOptions): Promise<void> {
  const query = queryOf(options);
  const { config } = readConfig(context, options);
  const rows = await withStores(config, async ({ reports, directory }) => {
    const keyId = await idOfKey(directory, options.key);
    return reports.summary({ ...query, ...(keyId !== undefined && { keyId }) });
  });
  if (options.json === true) {
    context.out(toJson({ rows }));
    return;
  }
  if (rows.length === 0) {
    context.err('Nothing was used yet.');
    return;
  }
  context.out(renderTable(headsOf(query), [...rows.map((row) => cellsOf(row, query.groupBy))]));
}

/** A key may be gone and still stand in the ledger: an id that is not known serves as it is. */
async function idOfKey(
  { keys }: Directory,
  idOrName: string | undefined,
): Promise<string | undefined> {
  if (idOrName === undefined) return undefined;
  const [named] = valueOrFail(await keys.named(OPERATOR, idOrName));
  return named?.id ?? idOrName;
}

function queryOf({ by, from, to, zone = 'UTC' }: UsageOptions): UsageQuery {
  if (!isTimeZone(zone)) {
    throw misused(`--zone: expected a time zone as in Europe/Berlin, got "${zone}"`);
  }
  const wanted = by.split(',').map((word) => word.trim());
  const groupBy = wanted.map((word) => {
    const group = USAGE_GROUPS.find((one) => one === word);
    if (group !== undefined) return group;
    throw misused(`--by: expected some of ${USAGE_GROUPS.join(', ')}, got "${word}"`);
  });
  return {
    groupBy: [...new Set(groupBy)],
    zone,
    ...(from !== undefined && { from: startOfDay(calendarDay(from, '--from'), zone) }),
    ...(to !== undefined && { to: startOfDay(calendarDay(to, '--to').add({ days: 1 }), zone) }),
  };
}

/** What a group is called above its column, and what stands in it. */
const COLUMNS = {
  day: { head: 'DAY', cell: ({ day }) => day },
  month: { head: 'MONTH', cell: ({ month }) => month },
  key: { head: 'KEY', cell: ({ keyName, keyId }) => keyName ?? keyId },
  user: { head: 'USER', cell: ({ userId }) => userId },
  team: { head: 'TEAM', cell: ({ teamId }) => teamId },
  organisation: { head: 'ORGANISATION', cell: ({ organisationId }) => organisationId },
  model: { head: 'MODEL', cell: ({ model }) => model },
  tier: { head: 'TIER', cell: ({ serviceTier }) => serviceTier },
  face: { head: 'FACE', cell: ({ face }) => face },
  tag: { head: 'TAG', cell: ({ tag }) => tag },
} as const satisfies {
  readonly [group in UsageGroup]: {
    readonly head: string;
    readonly cell: (row: UsageRow) => string | undefined;
  };
};

const isTime = (group: UsageGroup): boolean => group === 'day' || group === 'month';

const headsOf = ({ groupBy, zone = 'UTC' }: UsageQuery): readonly string[] => [
  ...groupBy.map((group) => COLUMNS[group].head + (isTime(group) ? ` (${zone})` : '')),
  ...['CALLS', 'FAILED', 'INPUT', 'CACHED', 'WRITTEN', 'OUTPUT', 'REASONING', 'ESTIMATED', 'USD'],
];

const cellsOf = (row: UsageRow, groups: readonly UsageGroup[]): readonly (string | number)[] => [
  ...groups.map((group) => COLUMNS[group].cell(row) ?? ''),
  row.requests,
  row.failedRequests,
  row.inputTokens,
  row.cachedInputTokens,
  row.cacheWriteTokens,
  row.outputTokens,
  row.reasoningTokens,
  row.estimatedRequests,
  costCell(row),
];

/** A sum that lacks the calls without a price is never shown as if it were whole. */
function costCell({ costPicoUsd, requests, unpricedRequests }: UsageRow): string {
  const cost = showUsd(picoUsd(BigInt(costPicoUsd)));
  if (unpricedRequests === 0) return cost;
  return unpricedRequests === requests ? 'no price' : `${cost} + ${unpricedRequests} without price`;
}
