import { createHash } from 'node:crypto';
import { TIERS } from '@tollgate/core/governance';
import * as z from 'zod';
import type { Clock } from '../../ports/clock.ts';
import type { KeptStore } from '../../ports/kept-store.ts';
import type { Session, SessionStore } from '../../ports/session-store.ts';

/** Part of the lifetime that passes before a use is written down: few uses cost a write. */
const UNNOTED = 1 / 8;

/** Written by us alone. */
const Kept = z.object({
  provider: z.string(),
  model: z.string(),
  tier: z.enum(TIERS),
  createdAt: z.number(),
  notedAt: z.number(),
});

// A digest: a conversation's id is its caller's, and may be long.
const idOf = (conversationId: string): string =>
  createHash('sha256').update(conversationId).digest('base64url');

/**
 * Sessions that every gateway of one ledger finds. Each use renews the lifetime, which may be an
 * eighth longer than asked. A session that can't be read is one that isn't there.
 */
export function createKeptSessionStore(
  store: KeptStore,
  clock: Clock,
  { ttlSeconds }: { readonly ttlSeconds: number },
): SessionStore {
  const ttlMs = ttlSeconds * 1000;
  const save = async (subject: string, id: string, session: Session): Promise<void> => {
    const notedAt = clock.now();
    const body = JSON.stringify({ ...session, notedAt });
    const expiresAt = notedAt + ttlMs * (1 + UNNOTED);
    await store.put(subject, { kind: 'session', id, body, expiresAt });
  };
  return {
    find: async (subject, conversationId) => {
      const id = idOf(conversationId);
      const found = await store.get('session', id, subject);
      if (!found.ok || found.value === undefined) return undefined;
      const { notedAt, ...session } = Kept.parse(JSON.parse(found.value));
      if (clock.now() > notedAt + ttlMs * UNNOTED) await save(subject, id, session);
      return session;
    },
    save: (subject, conversationId, session) => save(subject, idOf(conversationId), session),
  };
}
