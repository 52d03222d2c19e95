import type { ModelPrice, TokenPrices } from '@tollgate/core/pricing';
import { findAmounts } from './find-model.ts';
import type { PriceList } from './price-list.ts';
import type { ListedAmounts } from './price-list-wire.ts';

const PICO_PER_USD = 1e12;
const PER_MILLION = 1e6;
const PER_THOUSAND = 1e3;

/** Tools that providers run, by their names in the usage, and what a thousand uses are listed as. */
const TOOLS = {
  web_search: 'web_searches_kcount',
  file_search: 'storage_searches_kcount',
} as const;

/** Told in the usage, and free of charge but for its tokens, say their providers. */
const FREE_TOOLS = { web_fetch: 0, tool_search: 0 } as const;

/** A list's price of a model at an instant, in whole pico-dollars; undefined where it has none. */
export function listedPrice(
  { providers }: PriceList,
  wanted: Parameters<typeof findAmounts>[1],
): ModelPrice | undefined {
  const listed = findAmounts(providers, wanted);
  return listed && modelPriceOf(listed);
}

export function modelPriceOf(listed: ListedAmounts): ModelPrice {
  const starts = new Set(
    Object.values(listed).flatMap((price) =>
      typeof price === 'object' ? price.tiers.map(({ start }) => start) : [],
    ),
  );
  const tiers = [...starts]
    .sort((one, other) => one - other)
    .map((start) => ({ aboveInputTokens: start, ...tokenPrices(listed, start) }));
  const request = pico(listed['requests_kcount'], PER_THOUSAND, 0);
  const tools = Object.entries(TOOLS).flatMap(([name, field]): [string, number][] => {
    const price = pico(listed[field], PER_THOUSAND, 0);
    return price === undefined ? [] : [[name, price]];
  });
  return {
    base: tokenPrices(listed, 0),
    ...(tiers.length === 0 ? undefined : { tiers }),
    ...(request === undefined ? undefined : { request }),
    serverTools: { ...FREE_TOOLS, ...Object.fromEntries(tools) },
  };
}

function tokenPrices(listed: ListedAmounts, start: number): TokenPrices {
  const of = <Name extends string>(name: Name, field: string): { [key in Name]?: number } => {
    const price = pico(listed[field], PER_MILLION, start);
    const one: { [key in Name]?: number } = {};
    if (price !== undefined) one[name] = price;
    return one;
  };
  return {
    input: {
      ...of('uncached', 'input_mtok'),
      ...of('cacheRead', 'cache_read_mtok'),
      ...of('cacheWrite5m', 'cache_write_mtok'),
      ...of('cacheWrite1h', 'cache_write_1h_mtok'),
      ...of('audio', 'input_audio_mtok'),
      ...of('image', 'input_image_mtok'),
    },
    output: {
      ...of('text', 'output_mtok'),
      ...of('reasoning', 'output_reasoning_mtok'),
      ...of('audio', 'output_audio_mtok'),
      ...of('image', 'output_image_mtok'),
    },
  };
}

/**
 * The one place where a price is a float: dollars for so many, to the nearest pico-dollar for one.
 * `start`: of the tiers, the last that starts no later; 0: the price beneath them all.
 */
function pico(listed: ListedAmounts[string], per: number, start: number): number | undefined {
  if (listed === undefined) return undefined;
  const dollars =
    typeof listed === 'number'
      ? listed
      : (listed.tiers.findLast((tier) => start > 0 && tier.start <= start)?.price ?? listed.base);
  return Math.round((dollars * PICO_PER_USD) / per);
}
