import type { Config } from '../../config/config.ts';
import type { BookedPrice, PricedCall } from '../../ports/price-book.ts';
import { bookedPrice } from './booked-price.ts';

/** Where prices are looked up. */
export interface PriceSource {
  /** Distinct among sources. */
  readonly name: string;
  /** The standard price. `at`: Unix milliseconds. */
  find(provider: string, model: string, at: number): BookedPrice | undefined;
  /** A tier's own price. Lists have none: they would take `model@tier` for a longer name of the model. */
  findTier?(provider: string, model: string, tier: string): BookedPrice | undefined;
}

/** The prices that an operator gave some callers or all of them: for a caller, its own ones first. */
export function ownPrices(
  configured: Config['prices'],
): (whose: Pick<PricedCall, 'keyId' | 'teamId'>) => readonly PriceSource[] {
  const prices = new Map<string, Map<string, BookedPrice>>();
  const put = (whose: string, model: string, price: BookedPrice): void => {
    const theirs = prices.get(whose) ?? new Map<string, BookedPrice>();
    prices.set(whose, theirs.set(model, price));
  };
  for (const [model, { price, teams, keys }] of configured) {
    if (price !== undefined) put(EVERYBODY, model, bookedPrice(SOURCE, price));
    for (const [id, one] of teams) put(`team ${id}`, model, bookedPrice(SOURCE, one));
    for (const [id, one] of keys) put(`key ${id}`, model, bookedPrice(SOURCE, one));
  }
  const sources = new Map(
    [...prices].map(([name, theirs]): [string, PriceSource] => [
      name,
      {
        name,
        find: (provider, model) => theirs.get(`${provider}/${model}`),
        findTier: (provider, model, tier) => theirs.get(`${provider}/${model}@${tier}`),
      },
    ]),
  );
  if (sources.size === 0) return () => [];
  return ({ keyId, teamId }) =>
    [`key ${keyId}`, `team ${teamId}`, EVERYBODY].flatMap((name) => sources.get(name) ?? []);
}

const SOURCE = 'configuration';
const EVERYBODY = 'everybody';
