import { timingSafeEqual } from 'node:crypto';
import { DEFAULT_IDS, type StoredKey } from '@tollgate/core/directory';
import type { Secret } from '../../config/secret.ts';
import type { Clock } from '../../ports/clock.ts';
import { KEYS } from './directory-tables.ts';
import { hintOf, type KeyDigest } from './key-digest.ts';
import { newPlaintext } from './key-store.ts';
import { insertRecord } from './record-store.ts';
import { raiseRevision } from './revision.ts';
import type { SqlDatabase } from './sql.ts';

const ADMIN_ID = 'admin';

export interface AdminKeyParts {
  readonly db: SqlDatabase;
  readonly digest: KeyDigest;
  readonly clock: Clock;
}

/**
 * Sees to it that an admin key exists. The configured one becomes it; without one, the first call
 * makes one. Resolves with the plaintext when it was made just now, the only time that it is known.
 */
export function ensureAdminKey(
  { db, digest, clock }: AdminKeyParts,
  configured: Secret | undefined,
): Promise<string | undefined> {
  return db.transaction(async (tx) => {
    // Of two gateways that start at once, the second finds the first one's key.
    await raiseRevision(tx, KEYS.table);
    const standing = await tx.all('select digest from key_secrets where key_id = ?', ADMIN_ID);
    if (configured === undefined && standing.length > 0) return undefined;
    const plaintext = configured?.reveal() ?? newPlaintext();
    const wanted = digest(plaintext);
    const isSame = standing.some(
      ({ digest: kept }) => kept instanceof Uint8Array && timingSafeEqual(kept, wanted),
    );
    if (!isSame) {
      await tx.run('delete from key_secrets where key_id = ? or digest = ?', ADMIN_ID, wanted);
      await tx.run('delete from keys where id = ?', ADMIN_ID);
      await insertRecord(tx, KEYS, adminKey(plaintext, clock.now()));
      await tx.run('insert into key_secrets (digest, key_id) values (?, ?)', wanted, ADMIN_ID);
    }
    return configured === undefined ? plaintext : undefined;
  });
}

const adminKey = (plaintext: string, now: number): StoredKey => ({
  id: ADMIN_ID,
  createdAt: now,
  version: 1,
  name: 'admin',
  role: 'admin',
  hint: hintOf(plaintext),
  organisationId: DEFAULT_IDS.organisation,
  teamId: DEFAULT_IDS.team,
  userId: DEFAULT_IDS.user,
});
