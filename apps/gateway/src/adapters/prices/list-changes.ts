import { isConditional } from './find-model.ts';
import type { PriceList } from './price-list.ts';
import type { ListedAmounts, ListedModel } from './price-list-wire.ts';

/** A model whose prices differ between two lists, in the list's own words. */
export interface ListChange {
  /** provider/model, as the list calls them. */
  readonly model: string;
  /** Absent: it is new. */
  readonly before?: ListedModel['prices'];
  /** Absent: it is gone. */
  readonly after?: ListedModel['prices'];
}

/** What finance looks at before it believes a new list; by name. */
export function changesOf(before: PriceList, after: PriceList): readonly ListChange[] {
  const [old, now] = [pricesOf(before), pricesOf(after)];
  const models = [...new Set([...old.keys(), ...now.keys()])].sort();
  return models.flatMap((model): ListChange[] => {
    const [was, is] = [old.get(model), now.get(model)];
    if (sorted(was) === sorted(is)) return [];
    return [
      {
        model,
        ...(was !== undefined && { before: was }),
        ...(is !== undefined && { after: is }),
      },
    ];
  });
}

/** Models that cost something and are said to cost nothing any more. */
export const madeFree = (changes: readonly ListChange[]): readonly ListChange[] =>
  changes.filter(({ before, after }) => !isFree(before) && after !== undefined && isFree(after));

const isFree = (prices: ListedModel['prices'] | undefined): boolean => {
  if (prices === undefined) return true;
  const all = isConditional(prices) ? prices.map((one) => one.prices) : [prices];
  return all.every((amounts) => Object.values(amounts).every(isNothing));
};

const isNothing = (amount: ListedAmounts[string]): boolean =>
  typeof amount === 'object'
    ? amount.base === 0 && amount.tiers.every(({ price }) => price === 0)
    : amount === 0 || amount === undefined;

const MOST_NAMED = 20;

/** `openai/gpt-4o changed, openai/gpt-7 new, and 3 more`, for one line of a log. */
export function inWords(changes: readonly ListChange[]): string {
  const named = changes.slice(0, MOST_NAMED).map((change) => `${change.model} ${kindOf(change)}`);
  const others = changes.length - named.length;
  return [...named, ...(others > 0 ? [`and ${others} more`] : [])].join(', ');
}

export const kindOf = ({ before, after }: ListChange): 'new' | 'gone' | 'changed' =>
  before === undefined ? 'new' : after === undefined ? 'gone' : 'changed';

const pricesOf = ({ providers }: PriceList): ReadonlyMap<string, ListedModel['prices']> =>
  new Map(
    providers.flatMap(({ id, models }) =>
      models.map(({ id: model, prices }): [string, ListedModel['prices']] => [
        `${id}/${model}`,
        prices,
      ]),
    ),
  );

/** As text that is the same whatever the order of its fields; a constraint's `type` says nothing more. */
function sorted(prices: ListedModel['prices'] | undefined): string {
  return (
    JSON.stringify(prices, (name, value: unknown) => {
      if (name === 'type') return undefined;
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
      return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
    }) ?? ''
  );
}
