import { DAY_MS } from '@tollgate/core';
import { otherTier } from '@tollgate/core/pricing';
import type { Config } from '../config/config.ts';
import type { UsageRow } from '../ports/usage-reports.ts';
import type { Directory } from '../services/admin/directory.ts';
import { type Check, fine, warning } from './check.ts';
import { CliFailure } from './context.ts';
import { openPrices } from './open-prices.ts';
import { withStores } from './open-stores.ts';
import { OPERATOR } from './operator.ts';

const HOUR_MS = 3_600_000;
/** So many times that it did not come are no mishap any more. */
const LATE_TIMES = 3;
const MONTH_MS = 30 * DAY_MS;
const MOST_NAMED = 10;

/** Whether the published list still reaches us, where it may be asked for. */
export function checkPriceList(config: Config, now: number): Check {
  const { versions, seenAt } = openPrices(config);
  const { refresh, everyHours } = config.priceList;
  const name = versions.find(({ isCurrent }) => isCurrent)?.version ?? 'none';
  if (!refresh) return fine('price list', `${name}, bundled`);
  const isFresh = seenAt !== undefined && now - seenAt < LATE_TIMES * everyHours * HOUR_MS;
  const since = seenAt === undefined ? 'never fetched' : `seen ${new Date(seenAt).toISOString()}`;
  return isFresh
    ? fine('price list', `${name}, ${since}`)
    : warning(
        'price list',
        `${name} is in force, ${since}`,
        'it is fetched while a gateway runs: look for "price list kept" in its log, or at /health',
      );
}

/** Which models of the last 30 days cost something that nobody has a price for. */
export async function checkPrices(config: Config, now: number): Promise<Check> {
  try {
    const { rows, strangers } = await withStores(config, async ({ reports, directory }) => ({
      rows: await reports.summary({ groupBy: ['model', 'tier'], from: now - MONTH_MS }),
      strangers: await strangersIn(config, directory),
    }));
    if (strangers.length > 0) {
      const detail = `prices are given to ${strangers.slice(0, MOST_NAMED).join(', ')}, which nobody is called`;
      return warning('prices', detail, 'name ids, as teams list and keys list tell them');
    }
    const unpriced = rows.filter(({ unpricedRequests }) => unpricedRequests > 0);
    if (unpriced.length === 0) return fine('prices', 'every call of the last 30 days has its cost');
    const named = unpriced
      .slice(0, MOST_NAMED)
      .map((row) => `${nameOf(row)} (calls: ${row.unpricedRequests})`);
    const others = unpriced.length - named.length;
    return warning(
      'prices',
      `no price for ${named.join(', ')}${others > 0 ? ` and ${others} more` : ''}`,
      'say what they cost under prices, a tier as provider/model@tier: their tokens are counted, their cost is unknown',
    );
  } catch (error) {
    if (!(error instanceof CliFailure)) throw error;
    return fine('prices', 'no ledger to look into');
  }
}

/** Teams and keys with prices of their own that are not there: a misspelt id would price nothing. */
async function strangersIn(config: Config, { teams, keys }: Directory): Promise<readonly string[]> {
  const all = [...config.prices.values()];
  const strangers: string[] = [];
  for (const id of new Set(all.flatMap((one) => [...one.teams.keys()]))) {
    if (!(await teams.get(OPERATOR, id)).ok) strangers.push(`the team "${id}"`);
  }
  for (const id of new Set(all.flatMap((one) => [...one.keys.keys()]))) {
    if (!(await keys.get(OPERATOR, id)).ok) strangers.push(`the key "${id}"`);
  }
  return strangers;
}

function nameOf({ model = '', serviceTier }: UsageRow): string {
  const tier = otherTier(serviceTier);
  return tier === undefined ? model : `${model} in the tier ${tier}`;
}
