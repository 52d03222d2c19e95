import { createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { Role } from '@tollgate/core/governance';
import type { LocalKeyConfig } from '../../config/config.ts';
import type { Secret } from '../../config/secret.ts';
import type { Clock } from '../../ports/clock.ts';
import type { KeyStore, NewKey, StoredKey } from '../../ports/key-store.ts';
import { systemClock } from '../system/system-clock.ts';

export const KEY_PREFIX = 'tg_';
const ADMIN_ID = 'admin';

/** How long a change by another process may go unseen. */
const REFRESH_MS = 250;

export interface KeyStoreOptions {
  readonly clock?: Clock;
  /** Keys of the configuration: valid while it names them, never stored. */
  readonly configured?: readonly LocalKeyConfig[];
}

export interface SqliteKeyStore extends KeyStore {
  /**
   * Sees to it that an admin key exists. The configured one becomes it; without one, the first call
   * makes one. Returns the plaintext when it was made just now, the only time that it is known.
   */
  ensureAdminKey(configured: Secret | undefined): string | undefined;
}

interface Entry {
  readonly digest: Buffer;
  readonly key: StoredKey;
}

const hintOf = (plaintext: string): string =>
  `${plaintext.slice(0, Math.min(7, plaintext.length >> 2))}…`;

const namesOf = (value: unknown): readonly string[] | undefined =>
  typeof value === 'string' ? JSON.parse(value) : undefined;

function keyOf(row: { readonly [column: string]: unknown }): StoredKey {
  const models = namesOf(row['allowed_models']);
  const faces = namesOf(row['allowed_faces']);
  const { revoked_at: revokedAt, requests_per_minute: perMinute } = row;
  return {
    id: String(row['id']),
    name: String(row['name']),
    role: row['role'] === 'admin' ? 'admin' : 'member',
    hint: String(row['hint']),
    createdAt: Number(row['created_at']),
    ...(revokedAt === null ? {} : { revokedAt: Number(revokedAt) }),
    ...(models === undefined ? {} : { allowedModels: models }),
    ...(faces === undefined ? {} : { allowedFaces: faces }),
    ...(perMinute === null ? {} : { requestsPerMinute: Number(perMinute) }),
  };
}

const configuredKey = (config: LocalKeyConfig): StoredKey => ({
  id: `config:${config.name}`,
  name: config.name,
  role: config.role,
  hint: hintOf(config.key.reveal()),
  createdAt: 0,
  ...(config.models === undefined ? {} : { allowedModels: config.models }),
  ...(config.faces === undefined ? {} : { allowedFaces: config.faces }),
  ...(config.requestsPerMinute === undefined
    ? {}
    : { requestsPerMinute: config.requestsPerMinute }),
});

/**
 * Local keys in the database, as HMACs. Looked up in an index in memory of the keys that live, which is
 * read again within 250 ms of a change by another process, the command line for instance.
 */
class KeyStoreInSqlite implements SqliteKeyStore {
  readonly #db: DatabaseSync;
  readonly #secret: string;
  readonly #clock: Clock;
  readonly #configured: readonly Entry[];
  readonly #version: ReturnType<DatabaseSync['prepare']>;
  #index = new Map<string, Entry>();
  /** Keys that were presented and are valid, by a plain digest that is cheaper than the HMAC. As many as live. */
  #verified = new Map<string, Entry>();
  #seenVersion: unknown;
  #checkedAt: number;

  constructor(db: DatabaseSync, secret: Secret, options: KeyStoreOptions) {
    this.#db = db;
    this.#secret = secret.reveal();
    this.#clock = options.clock ?? systemClock;
    this.#configured = (options.configured ?? []).map((config) => ({
      digest: this.#digest(config.key.reveal()),
      key: configuredKey(config),
    }));
    this.#version = db.prepare('pragma data_version');
    this.#seenVersion = this.#readVersion();
    this.#checkedAt = this.#clock.monotonic();
    this.#load();
  }

  create(key: NewKey): Promise<{ readonly stored: StoredKey; readonly plaintext: string }> {
    const plaintext = KEY_PREFIX + randomBytes(32).toString('base64url');
    const id = `key_${randomBytes(9).toString('hex')}`;
    this.#insert(id, key, plaintext);
    const stored = this.#db.prepare('select * from keys where id = ?').get(id);
    if (stored === undefined) throw new Error('a key that was just stored is gone');
    return Promise.resolve({ stored: keyOf(stored), plaintext });
  }

  find(plaintext: string): Promise<StoredKey | undefined> {
    this.#refresh();
    const seen = hash('sha256', plaintext, 'base64');
    const entry = this.#verified.get(seen) ?? this.#verify(plaintext);
    if (entry !== undefined) this.#verified.set(seen, entry);
    return Promise.resolve(entry?.key);
  }

  #verify(plaintext: string): Entry | undefined {
    const digest = this.#digest(plaintext);
    const name = digest.toString('base64');
    let entry = this.#index.get(name);
    if (entry === undefined) {
      // It may be a moment old: who makes a key uses it at once. Costs a pragma for a bad key.
      this.#reloadWhenChanged();
      entry = this.#index.get(name);
    }
    return entry !== undefined && timingSafeEqual(entry.digest, digest) ? entry : undefined;
  }

  list(): Promise<readonly StoredKey[]> {
    const stored = this.#db.prepare('select * from keys order by created_at, id').all();
    return Promise.resolve([...this.#configured.map(({ key }) => key), ...stored.map(keyOf)]);
  }

  revoke(idOrName: string): Promise<boolean> {
    // Every live key of the name: better one too many than one that its owner believes dead.
    const { changes } = this.#db
      .prepare('update keys set revoked_at = ? where (id = ? or name = ?) and revoked_at is null')
      .run(this.#clock.now(), idOrName, idOrName);
    this.#load();
    return Promise.resolve(changes > 0);
  }

  ensureAdminKey(configured: Secret | undefined): string | undefined {
    const admin: NewKey & { readonly role: Role } = { name: 'admin', role: 'admin' };
    const find = this.#db.prepare('select digest, revoked_at from keys where id = ?');
    const row = find.get(ADMIN_ID);
    if (configured === undefined && row !== undefined && row['revoked_at'] === null) return;
    const plaintext = configured?.reveal() ?? KEY_PREFIX + randomBytes(32).toString('base64url');
    const isSame =
      row !== undefined &&
      row['revoked_at'] === null &&
      row['digest'] instanceof Uint8Array &&
      timingSafeEqual(row['digest'], this.#digest(plaintext));
    if (!isSame) {
      const replaced = this.#db.prepare('delete from keys where id = ? or digest = ?');
      replaced.run(ADMIN_ID, this.#digest(plaintext));
      this.#insert(ADMIN_ID, admin, plaintext);
    }
    return configured === undefined ? plaintext : undefined;
  }

  #insert(id: string, key: NewKey, plaintext: string): void {
    this.#db
      .prepare('insert into keys values (?, ?, ?, ?, ?, ?, null, ?, ?, ?)')
      .run(
        id,
        key.name,
        key.role,
        hintOf(plaintext),
        this.#digest(plaintext),
        this.#clock.now(),
        key.allowedModels === undefined ? null : JSON.stringify(key.allowedModels),
        key.allowedFaces === undefined ? null : JSON.stringify(key.allowedFaces),
        key.requestsPerMinute ?? null,
      );
    this.#load();
  }

  #digest(plaintext: string): Buffer {
    return createHmac('sha256', this.#secret).update(plaintext).digest();
  }

  #readVersion(): unknown {
    return this.#version.get()?.['data_version'];
  }

  #refresh(): void {
    const now = this.#clock.monotonic();
    if (now - this.#checkedAt < REFRESH_MS) return;
    this.#checkedAt = now;
    this.#reloadWhenChanged();
  }

  #reloadWhenChanged(): void {
    const version = this.#readVersion();
    if (version === this.#seenVersion) return;
    this.#seenVersion = version;
    this.#load();
  }

  #load(): void {
    const index = new Map<string, Entry>();
    for (const row of this.#db.prepare('select * from keys where revoked_at is null').all()) {
      if (!(row['digest'] instanceof Uint8Array)) continue;
      const digest = Buffer.from(row['digest']);
      index.set(digest.toString('base64'), { digest, key: keyOf(row) });
    }
    for (const entry of this.#configured) index.set(entry.digest.toString('base64'), entry);
    this.#index = index;
    this.#verified = new Map();
  }
}

export function createSqliteKeyStore(
  db: DatabaseSync,
  secret: Secret,
  options: KeyStoreOptions = {},
): SqliteKeyStore {
  return new KeyStoreInSqlite(db, secret, options);
}
