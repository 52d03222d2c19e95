import { err, ok, type Result } from '@tollgate/core';
import { describeError } from '@tollgate/core/chat';
import type { Clock } from '../../ports/clock.ts';
import type { DependencyStatus } from '../../ports/governance.ts';
import type { Log } from '../../ports/log.ts';
import type { MediaFetcher } from '../../ports/media-fetcher.ts';
import type { KeptLists } from './kept-lists.ts';
import { changesOf, inWords, madeFree } from './list-changes.ts';
import { digestOf, modelCount, type PriceList } from './price-list.ts';
import { parsePriceList } from './price-list-wire.ts';

const MAX_BYTES = 16 * 1024 * 1024;
const LONGEST_MS = 60_000;
/** Prices do fall to nothing, a few at a time. */
const MOST_MADE_FREE = 20;
/** After a refusal it is tried again sooner than at its usual pace. */
const AGAIN_MS = 3_600_000;

export interface ListRefreshDeps {
  readonly lists: KeptLists;
  /** Through the guard; closed with the refresh. */
  readonly fetcher: MediaFetcher;
  readonly url: string;
  readonly everyMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

export interface ListRefresh {
  /** For `/health`: whether the last try brought a list, and else why the one before it stays. */
  status(): Promise<DependencyStatus>;
  close(): Promise<void>;
}

/** Fetches the price list at start and at its pace. What is no better than what stands changes nothing. */
export function startListRefresh(deps: ListRefreshDeps): ListRefresh {
  const { lists, clock, log, everyMs } = deps;
  const closing = new AbortController();
  let refused: string | undefined;

  const refresh = async (): Promise<void> => {
    const before = lists.current();
    const fetched = await fetchList(deps, closing.signal);
    if (closing.signal.aborted) return;
    const why = fetched.ok ? undefined : fetched.error;
    if (why !== undefined && why !== refused) {
      log.warn(
        { detail: why, version: before.name },
        'price list kept, the published one is refused',
      );
    }
    refused = why;
    if (fetched.ok && fetched.value !== before) {
      const changes = changesOf(before, fetched.value);
      log.info(
        { version: fetched.value.name, count: changes.length, items: inWords(changes) },
        'price list changed',
      );
    }
  };

  let timer = clock.schedule(firstDelay(), turn);
  let running = Promise.resolve();
  function turn(): void {
    running = refresh()
      .catch((error: unknown) => {
        refused = 'it could not be kept in the data folder';
        log.warn({ detail: String(error) }, 'price list could not be kept');
      })
      .finally(() => {
        if (closing.signal.aborted) return;
        timer = clock.schedule(refused === undefined ? everyMs : Math.min(AGAIN_MS, everyMs), turn);
      });
  }

  /** One that was seen not long ago is not asked for again with each start. */
  function firstDelay(): number {
    const seenAt = lists.seenAt();
    return seenAt === undefined
      ? 0
      : Math.min(everyMs, Math.max(0, seenAt + everyMs - clock.now()));
  }

  return {
    status: () =>
      Promise.resolve({
        name: 'price-list',
        ...(refused === undefined
          ? { status: 'healthy' }
          : { status: 'degraded', detail: `${lists.current().name} stays in force: ${refused}` }),
      }),
    close: async () => {
      closing.abort();
      timer.cancel();
      await running;
      await deps.fetcher.close();
    },
  };
}

/** The list in force from now on: the same, where the same is published. Fails with why it is not taken. */
async function fetchList(
  { lists, fetcher, url, clock }: ListRefreshDeps,
  signal: AbortSignal,
): Promise<Result<PriceList, string>> {
  const limits = { maxBytes: MAX_BYTES, totalMs: LONGEST_MS, signal };
  const fetched = await fetcher.fetch(url, limits);
  if (!fetched.ok) return err(`it ${describeError(fetched.error)}`);
  const text = Buffer.from(fetched.value.bytes).toString('utf8');
  const name = digestOf(text);
  const standing = lists.current();
  if (standing.name.endsWith(name)) {
    lists.confirm(clock.now());
    return ok(standing);
  }
  if (lists.all().some((one) => one.name.endsWith(name))) {
    return err('it is an older one, which was replaced already');
  }
  const read = parsePriceList(text);
  if (!read.ok) return read;
  const list = { ...standing, providers: read.value };
  const count = modelCount(list);
  if (count * 2 < modelCount(standing)) {
    return err(
      `it has ${count} models, less than half of those that are known: taken to be cut off`,
    );
  }
  const free = madeFree(changesOf(standing, list));
  if (free.length > MOST_MADE_FREE) {
    return err(`by it ${free.length} models that have a price would cost nothing`);
  }
  return ok(lists.adopt(text, read.value, clock.now()));
}
