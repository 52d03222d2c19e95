import { atPercent, otherTier } from '@tollgate/core/pricing';
import { LRUCache } from 'lru-cache';
import type { Config, ProviderConfig } from '../../config/config.ts';
import type { BookedPrice, PriceBook, PricedCall } from '../../ports/price-book.ts';
import { bookedPrice } from './booked-price.ts';
import { listedPrice } from './listed-price.ts';
import { ownPrices, type PriceSource } from './own-prices.ts';
import type { PriceList } from './price-list.ts';

/** Some prices depend on the day, or on the hour: what was looked up is believed for that minute. */
const BELIEVED_MS = 60_000;
/** Names of models come from replies, so there may be any number of them. */
const MAX_REMEMBERED = 1_000;

export interface PriceBookSources {
  readonly providers: readonly ProviderConfig[];
  /** What the operator says wins over the list. */
  readonly configured: Config['prices'];
  /** The list that was in force at an instant, Unix milliseconds. */
  readonly listAt: (at: number) => PriceList;
}

/**
 * Prices of the configuration, the key's before the team's before everybody's, then of the list. Of each,
 * the price of the tier, else the share of the standard one that its provider's rule for the tier says.
 * Looking one up again costs next to nothing.
 */
export function createPriceBook({ providers, configured, listAt }: PriceBookSources): PriceBook {
  const byName = new Map(providers.map((one) => [one.name, one]));
  const own = ownPrices(configured);
  const remembered = new LRUCache<string, { readonly found: BookedPrice | undefined }>({
    max: MAX_REMEMBERED,
  });

  const listed = (list: PriceList): PriceSource => ({
    name: list.name,
    find: (provider, model, at) => {
      const known = byName.get(provider);
      const name = known?.pricedAs ?? known?.name;
      if (name === undefined) return undefined;
      if (typeof name === 'object') return FREE;
      const price = listedPrice(list, { provider: name, model, at });
      return price && bookedPrice(list.name, price);
    },
  });

  const lookUp = (source: PriceSource, { provider, model, tier, at }: Wanted) => {
    const standard = source.find(provider, model, at);
    if (tier === undefined || standard === FREE) return standard;
    const whole = source.findTier?.(provider, model, tier);
    const percent = percentOf(byName.get(provider), tier);
    if (whole !== undefined || standard === undefined || percent === undefined) return whole;
    return bookedPrice(standard.source, atPercent(standard.price, percent));
  };

  const find = (source: PriceSource, wanted: Wanted): BookedPrice | undefined => {
    const minute = Math.floor(wanted.at / BELIEVED_MS);
    const key = [source.name, wanted.provider, wanted.model, wanted.tier, minute].join('\0');
    const known = remembered.get(key);
    if (known !== undefined) return known.found;
    const found = lookUp(source, wanted);
    remembered.set(key, { found });
    return found;
  };

  return {
    priceOf: ({ provider, models, at, tier: served, ...whose }) => {
      const tier = otherTier(served);
      const sources = [...own(whose), listed(listAt(at))];
      // By source first: providers answer by dated names, which the list knows and the operator need not.
      for (const source of sources) {
        for (const model of models) {
          const found = find(source, { provider, model, tier, at });
          if (found !== undefined) return found;
        }
      }
      return undefined;
    },
  };
}

type Wanted = Pick<PricedCall, 'provider' | 'at' | 'tier'> & { readonly model: string };

function percentOf(provider: ProviderConfig | undefined, tier: string): number | undefined {
  const rules = provider?.tierPercent ?? {};
  return Object.hasOwn(rules, tier) ? rules[tier] : undefined;
}

const nothing = { uncached: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, audio: 0, image: 0 };
const FREE = bookedPrice('free', {
  base: { input: nothing, output: { text: 0, reasoning: 0, audio: 0, image: 0 } },
});
