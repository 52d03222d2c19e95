import { randomBytes } from 'node:crypto';
import { err, ok } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import { type StoredKey, USUAL_LIMIT } from '@tollgate/core/directory';
import type { LocalKeyConfig } from '../../config/config.ts';
import type { KeyStore } from '../../ports/key-store.ts';
import type { ListQuery } from '../../ports/record-store.ts';
import { configuredKey, isConfigured } from './configured-keys.ts';
import { cursorAt, readCursor } from './cursor.ts';
import { KEYS } from './directory-tables.ts';
import { hintOf, KEY_PREFIX, type KeyDigest } from './key-digest.ts';
import { createRecordStore, type RecordStoreOptions } from './record-store.ts';
import type { SqlDatabase, Statements } from './sql.ts';
import { whenAvailable } from './when-available.ts';

const SECRET_BYTES = 32;
const MOST_OF_A_NAME = 1_000;

export interface KeyStoreOptions extends RecordStoreOptions {
  readonly db: SqlDatabase;
  readonly digest: KeyDigest;
  readonly configured?: readonly LocalKeyConfig[];
}

export const newPlaintext = (): string =>
  KEY_PREFIX + randomBytes(SECRET_BYTES).toString('base64url');

const writeSecret = (tx: Statements, keyId: string, digest: Uint8Array): Promise<number> =>
  tx.run('insert into key_secrets (digest, key_id) values (?, ?)', digest, keyId);

export function createKeyStore(options: KeyStoreOptions): KeyStore {
  const { db, digest, log, configured = [] } = options;
  const records = createRecordStore(db, KEYS, options);
  const fixed = configured
    .map(configuredKey)
    .toSorted((one, other) => (one.id < other.id ? -1 : 1));

  const replace: KeyStore['replace'] = async (key) =>
    refuseConfigured(key.id) ??
    records.replace(key, async (tx) => {
      if (key.revokedAt !== undefined) {
        await tx.run('delete from key_secrets where key_id = ?', key.id);
      }
    });

  return {
    issue: async (unissued) => {
      const plaintext = newPlaintext();
      const stored: StoredKey = { ...unissued, hint: hintOf(plaintext) };
      const made = await records.create(stored, (tx) =>
        writeSecret(tx, stored.id, digest(plaintext)),
      );
      return made.ok ? ok({ stored, plaintext }) : made;
    },

    rotate: async (key) => {
      const refusal = refuseConfigured(key.id);
      if (refusal !== undefined) return refusal;
      const plaintext = newPlaintext();
      const stored: StoredKey = { ...key, hint: hintOf(plaintext) };
      const until = key.previousUntil;
      const made = await records.replace(stored, async (tx) => {
        const ending = until === undefined ? '' : 'and valid_until is not null';
        await tx.run(`delete from key_secrets where key_id = ? ${ending}`, key.id);
        await tx.run(
          'update key_secrets set valid_until = ? where key_id = ?',
          until ?? null,
          key.id,
        );
        await writeSecret(tx, key.id, digest(plaintext));
      });
      return made.ok ? ok({ stored, plaintext }) : made;
    },

    get: async (id) => {
      const found = fixed.find((key) => key.id === id);
      return found === undefined ? records.get(id) : ok(found);
    },

    list: async (query) => {
      const cursor = readCursor(query.after);
      if (!cursor.ok) return cursor;
      // They are older than any other, so that they stand first.
      const { limit = USUAL_LIMIT, where } = query;
      const first = fixed.filter((key) => isAfter(key, cursor.value) && has(key, where));
      const last = first[limit - 1];
      if (last !== undefined) return ok({ items: first.slice(0, limit), next: cursorAt(last) });
      const rest = await records.list({ ...query, limit: limit - first.length });
      return rest.ok ? ok({ ...rest.value, items: [...first, ...rest.value.items] }) : rest;
    },

    replace,
    delete: async (id) => refuseConfigured(id) ?? records.delete(id),

    named: (idOrName) =>
      whenAvailable(async () => {
        const rows = await db.all(
          'select * from keys where id = ? or name = ? order by created_at, id limit ?',
          idOrName,
          idOrName,
          MOST_OF_A_NAME,
        );
        const ofConfiguration = fixed.filter(({ id, name }) => [id, name].includes(idOrName));
        return ok([...ofConfiguration, ...rows.map(KEYS.record)]);
      }, log),
  };
}

const isAfter = ({ createdAt, id }: StoredKey, cursor: { createdAt: number; id: string }) =>
  createdAt > cursor.createdAt || (createdAt === cursor.createdAt && id > cursor.id);

const has = (key: StoredKey, { teamId, userId }: NonNullable<ListQuery['where']> = {}): boolean =>
  (teamId === undefined || key.teamId === teamId) &&
  (userId === undefined || key.userId === userId);

const refuseConfigured = (id: string) =>
  isConfigured(id)
    ? err<GatewayError>({
        kind: 'conflict',
        detail: `"${id}" is a key of the configuration: change it there, and restart.`,
      })
    : undefined;
