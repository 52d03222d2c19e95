import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../ports/clock.ts';
import type { Session, SessionStore } from '../../ports/session-store.ts';
import { atMost } from '../system/at-most.ts';

export interface SessionStoreOptions {
  readonly ttlSeconds: number;
  /** Beyond it the session unused for longest is forgotten. */
  readonly maxSessions?: number;
}

// A digest, so that a caller's huge conversation id costs no more memory than a short one, and so
// that no pair of subject and id can be made to look like another pair.
const keyOf = (subject: string, conversationId: string): string =>
  createHash('sha256')
    .update(`${subject.length}:${subject}`)
    .update(conversationId)
    .digest('base64');

/** Sessions of this process, keyed by caller and conversation; each use renews the lifetime. */
export function createMemorySessionStore(clock: Clock, options: SessionStoreOptions): SessionStore {
  const sessions = new LRUCache<string, Session>({
    ...atMost(options.maxSessions ?? 100_000),
    ttl: options.ttlSeconds * 1000,
    updateAgeOnGet: true,
    ttlResolution: 0,
    // A start of 0 would mean "no lifetime" to the cache.
    perf: { now: () => clock.monotonic() + 1 },
  });
  return {
    find: (subject, conversationId) =>
      Promise.resolve(sessions.get(keyOf(subject, conversationId))),
    save: (subject, conversationId, session) => {
      sessions.set(keyOf(subject, conversationId), session);
      return Promise.resolve();
    },
  };
}
