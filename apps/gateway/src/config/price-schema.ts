import type { ModelPrice } from '@tollgate/core/pricing';
import * as z from 'zod';
import type { ConfiguredPrice } from './config.ts';

const PICO_PER_USD = 1_000_000_000_000;
const TOKENS_PER_MTOK = 1_000_000;

/** An amount that is whole in pico-dollars; how near a float must be to count as that. */
const isWholeOf = (dollars: number, per: number): boolean => {
  const pico = (dollars * PICO_PER_USD) / per;
  return Math.abs(pico - Math.round(pico)) < 1e-3;
};

const UsdPerMTok = (what: string) =>
  z
    .number()
    .min(0)
    .max(1_000_000)
    .refine((dollars) => isWholeOf(dollars, TOKENS_PER_MTOK), 'expected at most 6 decimals')
    .exactOptional()
    .meta({ description: `US dollars for a million ${what}.` });

const UsdPerCall = z
  .number()
  .min(0)
  .max(1_000)
  .refine((dollars) => isWholeOf(dollars, 1), 'expected at most 12 decimals');

/** What a model costs, where the bundled list is wrong or has none. The unit stands in each name. */
export const Price = z.strictObject({
  inputUsdPerMTok: UsdPerMTok('tokens of input that no cache holds'),
  cacheReadUsdPerMTok: UsdPerMTok('tokens read from a cache'),
  cacheWriteUsdPerMTok: UsdPerMTok('tokens written to a cache'),
  cacheWrite1hUsdPerMTok: UsdPerMTok('tokens written to a cache for an hour'),
  inputAudioUsdPerMTok: UsdPerMTok('tokens of audio heard'),
  inputImageUsdPerMTok: UsdPerMTok('tokens of images read. Absent: as other input'),
  outputUsdPerMTok: UsdPerMTok('tokens of output'),
  reasoningUsdPerMTok: UsdPerMTok('tokens of reasoning. Absent: as other output'),
  outputAudioUsdPerMTok: UsdPerMTok('tokens of audio spoken'),
  outputImageUsdPerMTok: UsdPerMTok('tokens of images drawn'),
  usdPerCall: UsdPerCall.exactOptional().meta({ description: 'US dollars for each call.' }),
  usdPerServerToolCall: z.record(z.string().min(1).max(64), UsdPerCall).exactOptional().meta({
    description: 'US dollars for each use of a tool that the provider runs, by its name.',
  }),
});
export type Price = z.output<typeof Price>;

const PricesById = (whose: string, examples: string) =>
  z
    .record(z.string().min(1).max(100), Price)
    .exactOptional()
    .meta({
      description: `By ${whose}’s id (${examples}): what it costs for that ${whose}’s calls.`,
    });

/** What a model costs for everybody, and for those with a price of their own. */
export const PriceEntry = Price.extend({
  teams: PricesById('team', '`teams list` tells it'),
  keys: PricesById('key', '`keys list` tells it; `config:NAME` for a key of this file'),
});
export type PriceEntry = z.output<typeof PriceEntry>;

/** The same in the words that costs are computed in. An entry of exceptions alone prices no one else. */
export function configuredPriceOf({
  teams = {},
  keys = {},
  ...price
}: PriceEntry): ConfiguredPrice {
  const isForSome = Object.keys(teams).length + Object.keys(keys).length > 0;
  return {
    ...(isForSome && Object.keys(price).length === 0 ? undefined : { price: modelPriceOf(price) }),
    teams: mapped(teams),
    keys: mapped(keys),
  };
}

const mapped = (prices: { readonly [id: string]: Price }): ConfiguredPrice['teams'] =>
  new Map(Object.entries(prices).map(([id, price]) => [id, modelPriceOf(price)]));

const token = <Name extends string>(name: Name, dollars: number | undefined) =>
  field(name, dollars, TOKENS_PER_MTOK);

/** An object with one field in whole pico-dollars, or none: for spreading. */
function field<Name extends string>(name: Name, dollars: number | undefined, per: number) {
  const one: { [key in Name]?: number } = {};
  if (dollars !== undefined) one[name] = Math.round((dollars * PICO_PER_USD) / per);
  return one;
}

const modelPriceOf = (price: Price): ModelPrice => ({
  base: {
    input: {
      ...token('uncached', price.inputUsdPerMTok),
      ...token('cacheRead', price.cacheReadUsdPerMTok),
      ...token('cacheWrite5m', price.cacheWriteUsdPerMTok),
      ...token('cacheWrite1h', price.cacheWrite1hUsdPerMTok),
      ...token('audio', price.inputAudioUsdPerMTok),
      ...token('image', price.inputImageUsdPerMTok),
    },
    output: {
      ...token('text', price.outputUsdPerMTok),
      ...token('reasoning', price.reasoningUsdPerMTok),
      ...token('audio', price.outputAudioUsdPerMTok),
      ...token('image', price.outputImageUsdPerMTok),
    },
  },
  ...field('request', price.usdPerCall, 1),
  ...(price.usdPerServerToolCall === undefined
    ? undefined
    : {
        serverTools: Object.fromEntries(
          Object.entries(price.usdPerServerToolCall).map(([name, dollars]): [string, number] => [
            name,
            Math.round(dollars * PICO_PER_USD),
          ]),
        ),
      }),
});
