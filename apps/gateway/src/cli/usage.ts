import { picoUsd, showUsd } from '@tollgate/core/pricing';
import type { UsageQuery, UsageRow } from '../ports/usage-reports.ts';
import type { Directory } from '../services/admin/directory.ts';
import { type CliContext, type CommonOptions, misused, readConfig, toJson } from './context.ts';
import { withStores } from './open-stores.ts';
import { OPERATOR, valueOrFail } from './operator.ts';
import { renderTable } from './table.ts';

export interface UsageOptions extends CommonOptions {
  readonly by: string;
  readonly from?: string;
  readonly to?: string;
  readonly key?: string;
}

const GROUPS = ['day', 'key', 'model'] as const;
type Group = (typeof GROUPS)[number];
const DAY_MS = 86_400_000;

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
  context.out(
    renderTable(headsOf(query.groupBy), [...rows.map((row) => cellsOf(row, query.groupBy))]),
  );
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

function queryOf({ by, from, to }: UsageOptions): UsageQuery {
  const wanted = by.split(',').map((word) => word.trim());
  const groupBy = wanted.map((word) => {
    const group = GROUPS.find((one) => one === word);
    if (group === undefined) throw misused(`--by: expected day, key or model, got "${word}"`);
    return group;
  });
  return {
    groupBy: [...new Set(groupBy)],
    ...(from !== undefined && { from: startOf(from, '--from') }),
    ...(to !== undefined && { to: startOf(to, '--to') + DAY_MS }),
  };
}

/** The first instant of a day in UTC. */
function startOf(day: string, option: string): number {
  const instant = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  const isDay = !Number.isNaN(instant) && new Date(instant).toISOString().startsWith(day);
  if (!isDay) throw misused(`${option}: expected a day as in 2026-11-23, got "${day}"`);
  return instant;
}

const HEAD = { day: 'DAY (UTC)', key: 'KEY', model: 'MODEL' } as const;

const headsOf = (groups: readonly Group[]): readonly string[] => [
  ...groups.map((group) => HEAD[group]),
  ...['CALLS', 'FAILED', 'INPUT', 'CACHED', 'WRITTEN', 'OUTPUT', 'REASONING', 'ESTIMATED', 'USD'],
];

const cellsOf = (row: UsageRow, groups: readonly Group[]): readonly (string | number)[] => [
  ...groups.map((group) => groupCell(row, group)),
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

function groupCell(row: UsageRow, group: Group): string {
  if (group === 'day') return row.day ?? '';
  return group === 'key' ? (row.keyName ?? row.keyId ?? '') : (row.model ?? '');
}
