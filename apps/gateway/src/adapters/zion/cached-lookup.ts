import { LRUCache } from 'lru-cache';
import type { Clock } from '../../ports/clock.ts';
import { atMost } from '../system/at-most.ts';

export interface CachedLookupOptions<T> {
  readonly clock: Clock;
  /** Beyond it the entry unused for longest goes. */
  readonly maxEntries: number;
  /** How long an answer stays fresh; 0: it isn't kept. */
  readonly freshMs: (answer: T) => number;
  /** Whether a lookup failed, so that an older answer serves in its place. */
  readonly isFailure: (answer: T) => boolean;
}

interface Entry<T> {
  readonly answer: T;
  readonly freshUntil: number;
}

/** After a failed renewal the old answer serves this long before the next try. */
const RETRY_MS = 10_000;

/**
 * Answers by key, kept while fresh; of several who ask for one key at once, one asks and all wait. An
 * answer that isn't fresh any more serves where its renewal fails, for as long as it is in the cache.
 */
export function createCachedLookup<T extends object>(options: CachedLookupOptions<T>) {
  const { clock, freshMs, isFailure } = options;
  const entries = new LRUCache<string, Entry<T>>(atMost(options.maxEntries));
  const running = new Map<string, Promise<T>>();

  const settle = (key: string, answer: T): T => {
    const stale = entries.get(key);
    const now = clock.monotonic();
    if (isFailure(answer) && stale !== undefined) {
      entries.set(key, { answer: stale.answer, freshUntil: now + RETRY_MS });
      return stale.answer;
    }
    const lifetime = freshMs(answer);
    if (lifetime > 0) entries.set(key, { answer, freshUntil: now + lifetime });
    else entries.delete(key);
    return answer;
  };

  return {
    get(key: string, look: () => Promise<T>): Promise<T> {
      const entry = entries.get(key);
      if (entry !== undefined && clock.monotonic() < entry.freshUntil) {
        return Promise.resolve(entry.answer);
      }
      const others = running.get(key);
      if (others !== undefined) return others;
      const lookup = look()
        .then((answer) => settle(key, answer))
        .finally(() => running.delete(key));
      running.set(key, lookup);
      return lookup;
    },
    /** What is kept is fresh for no longer than this from now on. */
    renewWithin(key: string, ms: number): void {
      const entry = entries.peek(key);
      if (entry === undefined) return;
      const freshUntil = Math.min(entry.freshUntil, clock.monotonic() + ms);
      entries.set(key, { ...entry, freshUntil });
    },
    /** What is kept for a key, and for how long it is still fresh; asks nobody. */
    peek(key: string): { readonly answer: T; readonly freshForMs: number } | undefined {
      const entry = entries.peek(key);
      if (entry === undefined) return undefined;
      return {
        answer: entry.answer,
        freshForMs: Math.max(0, entry.freshUntil - clock.monotonic()),
      };
    },
    size: () => entries.size,
    /** The keys used last. */
    keys: (most: number): readonly string[] => [...entries.keys()].slice(0, most),
  };
}
