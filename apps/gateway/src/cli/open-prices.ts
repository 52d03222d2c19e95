import { createPriceBook } from '../adapters/prices/create-price-book.ts';
import { BUNDLED_ONLY, openKeptLists } from '../adapters/prices/kept-lists.ts';
import { changesOf, kindOf, type ListChange } from '../adapters/prices/list-changes.ts';
import { modelCount } from '../adapters/prices/price-list.ts';
import type { Config } from '../config/config.ts';
import type { PriceBook } from '../ports/price-book.ts';

/** A version of the price list. */
export interface ListVersion {
  readonly version: string;
  /** RFC 3339; absent: it came with the program. */
  readonly since?: string;
  readonly models: number;
  readonly isCurrent: boolean;
}

export interface OpenedPrices {
  /** As a running gateway prices calls. */
  readonly book: PriceBook;
  /** Oldest first. */
  readonly versions: readonly ListVersion[];
  /** When the current one was last seen to be that which is published, Unix milliseconds. */
  readonly seenAt: number | undefined;
  /** What differs between two of the versions; undefined where one of them isn't kept. */
  changes(from: string, to: string): readonly ToldChange[] | undefined;
}

export interface ToldChange extends ListChange {
  readonly kind: ReturnType<typeof kindOf>;
}

/** The price lists, read from the configuration and the data folder. */
export function openPrices(config: Config): OpenedPrices {
  const lists = config.priceList.refresh ? openKeptLists(config.dataDir) : BUNDLED_ONLY;
  const { providers, prices: configured } = config;
  const all = lists.all();
  return {
    book: createPriceBook({ providers, configured, listAt: lists.at }),
    versions: all.map((list) => ({
      version: list.name,
      ...(Number.isFinite(list.since) && { since: new Date(list.since).toISOString() }),
      models: modelCount(list),
      isCurrent: list === lists.current(),
    })),
    seenAt: lists.seenAt(),
    changes: (from, to) => {
      const [before, after] = [from, to].map((version) => all.find(({ name }) => name === version));
      if (before === undefined || after === undefined) return undefined;
      return changesOf(before, after).map((change) => ({ kind: kindOf(change), ...change }));
    },
  };
}
