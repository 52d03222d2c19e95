import type { ModelPrice, TokenPrices } from './model-price.ts';

/** As providers call the tier that their list prices are for, or leave it to themselves to choose. */
const STANDARD: ReadonlySet<string> = new Set([
  'auto',
  'default',
  'standard',
  'standard_only',
  'on_demand',
  'unspecified',
]);

/** The tier of service in one spelling, where it isn't the standard one: only that has list prices. */
export function otherTier(tier: string | undefined): string | undefined {
  const name = tier
    ?.trim()
    .toLowerCase()
    .replace(/^service_tier_/, '');
  return name === undefined || name === '' || STANDARD.has(name) ? undefined : name;
}

/** A price with its tokens at so many percent; calls and tools cost the same in every tier. */
export function atPercent({ base, tiers, ...rest }: ModelPrice, percent: number): ModelPrice {
  return {
    ...rest,
    base: tokensAt(base, percent),
    ...(tiers === undefined
      ? undefined
      : { tiers: tiers.map((tier) => ({ ...tier, ...tokensAt(tier, percent) })) }),
  };
}

const tokensAt = ({ input, output }: TokenPrices, percent: number): TokenPrices => ({
  input: each(input, percent),
  output: each(output, percent),
});

/** To the nearest pico-dollar a token, as list prices are. */
function each<Prices extends { readonly [name: string]: number | undefined }>(
  prices: Prices,
  percent: number,
): Prices {
  const changed: { [name: string]: number | undefined } = {};
  for (const [name, price] of Object.entries(prices)) {
    if (price !== undefined) changed[name] = Math.round((price * percent) / 100);
  }
  return { ...prices, ...changed };
}
