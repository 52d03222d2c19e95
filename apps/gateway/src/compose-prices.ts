import { createPriceBook } from './adapters/prices/create-price-book.ts';
import { BUNDLED_ONLY, openKeptLists } from './adapters/prices/kept-lists.ts';
import { type ListRefresh, startListRefresh } from './adapters/prices/refresh-list.ts';
import { createMediaFetcher } from './adapters/undici/media-fetcher.ts';
import type { Config } from './config/config.ts';
import type { Clock } from './ports/clock.ts';
import type { Log } from './ports/log.ts';
import type { PriceBook } from './ports/price-book.ts';
import { VERSION } from './version.ts';

const HOUR_MS = 3_600_000;

export interface Prices {
  readonly prices: PriceBook;
  readonly checks: readonly ListRefresh['status'][];
  close(): Promise<void>;
}

/** What calls cost; nothing is fetched unless the operator allowed it. */
export function composePrices({
  config,
  clock,
  log,
}: {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
}): Prices {
  const { providers, prices: configured, priceList, dataDir } = config;
  if (!priceList.refresh) {
    const prices = createPriceBook({ providers, configured, listAt: BUNDLED_ONLY.at });
    return { prices, checks: [], close: () => Promise.resolve() };
  }
  const lists = openKeptLists(dataDir);
  const refresh = startListRefresh({
    lists,
    fetcher: createMediaFetcher({
      clock,
      privateHosts: priceList.privateHosts,
      userAgent: `tollgate/${VERSION}`,
    }),
    url: priceList.url,
    everyMs: priceList.everyHours * HOUR_MS,
    clock,
    log,
  });
  return {
    prices: createPriceBook({ providers, configured, listAt: lists.at }),
    checks: [refresh.status],
    close: refresh.close,
  };
}
