import { createHash } from 'node:crypto';
import { atPercent, type ModelPrice, otherTier } from '@tollgate/core/pricing';
import { LRUCache } from 'lru-cache';
import type { ProviderConfig } from '../../config/config.ts';
import type { BookedPrice, PriceBook } from '../../ports/price-book.ts';
import { listedPrice, PRICE_LIST } from './listed-price.ts';

/** Some prices depend on the day, or on the hour: what was looked up is believed this long. */
const BELIEVED_MS = 60_000;
/** Names of models come from replies, so there may be any number of them. */
const MAX_REMEMBERED = 1_000;

export interface PriceBookSources {
  readonly providers: readonly ProviderConfig[];
  /** By `provider/model`, or `provider/model@tier`; what the operator says wins over the list. */
  readonly configured: { readonly [model: string]: ModelPrice };
}

/** Prices of the configuration, then of the bundled list. Looking one up again costs next to nothing. */
export function createPriceBook({ providers, configured }: PriceBookSources): PriceBook {
  const listedAs = new Map(providers.map((one) => [one.name, one.pricedAs ?? one.name]));
  const known = new LRUCache<string, { readonly until: number; readonly found: Found }>({
    max: MAX_REMEMBERED,
  });

  const standard = (provider: string, model: string, at: number): Found => {
    const own = configured[`${provider}/${model}`];
    if (own !== undefined) return booked('configuration', own);
    const name = listedAs.get(provider);
    if (name === undefined) return undefined;
    if (typeof name !== 'string') return FREE;
    const listed = listedPrice(name, model, at);
    return listed === undefined ? undefined : booked(PRICE_LIST, listed);
  };

  const lookUp = (provider: string, { model, tier, at }: Wanted): Found => {
    if (tier === undefined) return standard(provider, model, at);
    const own = configured[`${provider}/${model}@${tier}`];
    if (own !== undefined) return booked('configuration', own);
    const found = standard(provider, model, at);
    if (found === undefined || found === FREE) return found;
    const percent = percentOf(provider, tier);
    return percent === undefined
      ? undefined
      : booked(found.source, atPercent(found.price, percent));
  };

  const find = (provider: string, wanted: Wanted): Found => {
    const key = JSON.stringify([provider, wanted.model, wanted.tier]);
    const remembered = known.get(key);
    if (remembered !== undefined && wanted.at < remembered.until) return remembered.found;
    const found = lookUp(provider, wanted);
    known.set(key, { until: wanted.at + BELIEVED_MS, found });
    return found;
  };

  const percentOf = (provider: string, tier: string): number | undefined => {
    const rules = providers.find(({ name }) => name === provider)?.tierPercent ?? {};
    return Object.hasOwn(rules, tier) ? rules[tier] : undefined;
  };

  return {
    priceOf: (provider, models, at, tier) => {
      for (const model of models) {
        const found = find(provider, { model, tier: otherTier(tier), at });
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}

type Found = BookedPrice | undefined;

interface Wanted {
  readonly model: string;
  readonly tier: string | undefined;
  readonly at: number;
}

const booked = (source: string, price: ModelPrice): BookedPrice => ({
  id: createHash('sha256').update(JSON.stringify(price)).digest('base64url').slice(0, 16),
  source,
  price,
});

const nothing = { uncached: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, audio: 0, image: 0 };
const FREE = booked('free', {
  base: { input: nothing, output: { text: 0, reasoning: 0, audio: 0, image: 0 } },
});
