import type { MatchLogic } from '@pydantic/genai-prices';
import { DAY_MS } from '@tollgate/core';
import type {
  ConditionalAmounts,
  ListedAmounts,
  ListedModel,
  ListedProvider,
} from './price-list-wire.ts';

/** `-20250929` of a name, which lists write with dashes. */
const COMPACT_DATE = /-(20\d\d)(0[1-9]|1[0-2])(\d\d)(?=-|:|$)/g;

/** What a list says of a provider's model at an instant (Unix milliseconds), in dollars. */
export function findAmounts(
  list: readonly ListedProvider[],
  {
    provider,
    model,
    at,
  }: { readonly provider: string; readonly model: string; readonly at: number },
): ListedAmounts | undefined {
  const by = provider.trim().toLowerCase();
  const found =
    list.find(({ id }) => id === by) ??
    list.find(({ provider_match: match }) => match !== undefined && fits(match, by));
  if (found === undefined) return undefined;
  const others = (found.fallback_model_providers ?? []).flatMap(
    (name) => list.find(({ id }) => id === name) ?? [],
  );
  const name = model.trim().toLowerCase();
  for (const spelt of new Set([name, name.replace(COMPACT_DATE, '-$1-$2-$3')])) {
    for (const { models } of [found, ...others]) {
      const known = models.find(({ match }) => fits(match, spelt));
      if (known !== undefined) return amountsAt(known, at);
    }
  }
  return undefined;
}

function fits(match: MatchLogic, name: string): boolean {
  if ('or' in match) return match.or.some((one) => fits(one, name));
  if ('and' in match) return match.and.every((one) => fits(one, name));
  if ('equals' in match) return name === match.equals.toLowerCase();
  if ('starts_with' in match) return name.startsWith(match.starts_with.toLowerCase());
  if ('ends_with' in match) return name.endsWith(match.ends_with.toLowerCase());
  if ('contains' in match) return name.includes(match.contains.toLowerCase());
  return new RegExp(match.regex).test(name);
}

/** Of conditional prices the last that holds; where none does, the first. */
function amountsAt({ prices }: Pick<ListedModel, 'prices'>, at: number): ListedAmounts | undefined {
  if (!isConditional(prices)) return prices;
  const holding = prices.findLast(({ constraint }) => {
    if (constraint === undefined) return true;
    if ('start_date' in constraint) return at >= Date.parse(constraint.start_date);
    const [now, start, end] = [
      at % DAY_MS,
      timeOf(constraint.start_time),
      timeOf(constraint.end_time),
    ];
    return end < start ? now >= start || now < end : now >= start && now < end;
  });
  return (holding ?? prices[0])?.prices;
}

export const isConditional = (
  prices: ListedModel['prices'],
): prices is readonly ConditionalAmounts[] => Array.isArray(prices);

/** Milliseconds since midnight, UTC. */
const timeOf = (text: string): number => (Date.parse(`1970-01-01T${text}`) + DAY_MS) % DAY_MS;
