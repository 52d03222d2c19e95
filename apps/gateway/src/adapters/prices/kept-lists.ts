import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { BUNDLED_LIST, bundledList } from './bundled-list.ts';
import { digestOf, type PriceList } from './price-list.ts';
import { type ListedProvider, parsePriceList } from './price-list-wire.ts';

const FOLDER = 'price-lists';
/** So many versions are kept: one for calls to come, the others for those that run and for comparing. */
const MOST_KEPT = 4;
/** Of which program, since when (Unix milliseconds), and what it holds. */
const FILE_NAME = /^(genai-prices@[\d.]+)-(\d{13})-([0-9a-f]{16})\.json$/;

/** Versions of the price list: the bundled one, and those that were fetched since. */
export interface PriceLists {
  /** Oldest first; the bundled one is always the first. */
  all(): readonly PriceList[];
  current(): PriceList;
  /** The list that was in force at an instant: a call keeps the prices that it was admitted at. */
  at(instant: number): PriceList;
  /** When the current one was last seen to be that which is published; undefined: never. */
  seenAt(): number | undefined;
}

export interface KeptLists extends PriceLists {
  /** Makes a list that was read from `text` the current one, from `now` on. */
  adopt(text: string, providers: readonly ListedProvider[], now: number): PriceList;
  /** The current one is still what is published. */
  confirm(now: number): void;
}

/** That alone which came with the program: nothing was allowed to be fetched. */
export const BUNDLED_ONLY: PriceLists = {
  all: () => [bundledList],
  current: () => bundledList,
  at: () => bundledList,
  seenAt: () => undefined,
};

/** In a folder of the data folder, one file a version. A file that is not what it was is left out. */
export function openKeptLists(dataDir: string): KeptLists {
  const folder = join(dataDir, FOLDER);
  let lists: readonly PriceList[] = [bundledList, ...readKept(folder)];
  const current = (): PriceList => lists.at(-1) ?? bundledList;
  const pathOf = ({ name, since }: PriceList): string =>
    join(folder, `${BUNDLED_LIST}-${since}-${name.slice(-16)}.json`);

  return {
    all: () => lists,
    current,
    at: (instant) => lists.findLast(({ since }) => since <= instant) ?? bundledList,
    seenAt: () => {
      if (current() === bundledList) return undefined;
      return statSync(pathOf(current()), { throwIfNoEntry: false })?.mtimeMs;
    },
    adopt: (text, providers, now) => {
      // A clock that was put back must not have two lists in force at once.
      const since = Math.max(now, current().since + 1);
      const list = { name: nameOf(digestOf(text)), since, providers };
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const aside = `${pathOf(list)}.part`;
      writeFileSync(aside, text, { mode: 0o600, flush: true });
      renameSync(aside, pathOf(list));
      lists = [bundledList, ...[...lists.slice(1), list].slice(-MOST_KEPT)];
      const kept = new Set(lists.map(pathOf));
      for (const file of readdirSync(folder)) {
        const path = join(folder, file);
        if (!kept.has(path)) rmSync(path, { force: true });
      }
      return list;
    },
    confirm: (now) => {
      if (current() !== bundledList) utimesSync(pathOf(current()), now / 1000, now / 1000);
    },
  };
}

const nameOf = (digest: string): string => `genai-prices:${digest}`;

/** Those that this version of the program fetched: an older one's may be older than what is bundled. */
function readKept(folder: string): readonly PriceList[] {
  const names = namesIn(folder).filter((name) => FILE_NAME.exec(name)?.[1] === BUNDLED_LIST);
  return names
    .sort()
    .slice(-MOST_KEPT)
    .flatMap((name) => {
      const [, , since, digest = ''] = FILE_NAME.exec(name) ?? [];
      const text = readFileSync(join(folder, name), 'utf8');
      const read = parsePriceList(text);
      if (!read.ok || digestOf(text) !== digest) return [];
      return [{ name: nameOf(digest), since: Number(since), providers: read.value }];
    });
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
