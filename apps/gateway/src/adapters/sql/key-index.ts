import { hash, timingSafeEqual } from 'node:crypto';
import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import type { StoredKey } from '@tollgate/core/directory';
import type { LocalKeyConfig } from '../../config/config.ts';
import type { Clock } from '../../ports/clock.ts';
import type { KeyIndex } from '../../ports/key-store.ts';
import type { Log } from '../../ports/log.ts';
import { configuredKey } from './configured-keys.ts';
import { KEYS } from './directory-tables.ts';
import type { KeyDigest } from './key-digest.ts';
import { numberOrNone } from './read-row.ts';
import { revisionOf } from './revision.ts';
import type { SqlDatabase } from './sql.ts';
import { whenAvailable } from './when-available.ts';

/** From this age on what is known is asked about, while it still serves. */
const REFRESH_MS = 250;
/** From this age on it serves nobody before it was asked about. */
const STALE_MS = 900;

export interface KeyIndexOptions {
  readonly db: SqlDatabase;
  readonly digest: KeyDigest;
  readonly clock: Clock;
  readonly log?: Log | undefined;
  /** Keys of the configuration: valid while it names them, never stored. */
  readonly configured?: readonly LocalKeyConfig[];
}

export interface SqlKeyIndex extends KeyIndex {
  /** This process has changed a key: what is known is asked about before it serves again. */
  forget(): void;
}

interface Entry {
  readonly digest: Buffer;
  readonly key: StoredKey;
  /** Unix milliseconds: a plaintext that another has taken the place of. Absent: without end. */
  readonly validUntil?: number;
}

/**
 * The keys that live, in memory, by their digests. Asks for the table's revision while it is used, and
 * reads the keys again when it has changed. Owns nothing that must be closed.
 */
class KeysInMemory implements SqlKeyIndex {
  readonly #options: KeyIndexOptions;
  readonly #configured: readonly Entry[];
  #byDigest = new Map<string, Entry>();
  /** Plaintexts that were presented and are valid, by a plain digest that is cheaper than the HMAC. As many as live. */
  #verified = new Map<string, Entry>();
  #revision: bigint | undefined;
  #checkedAt = Number.NEGATIVE_INFINITY;
  #changes = 0;
  #running: Promise<Checked> | undefined;
  #next: Promise<Checked> | undefined;

  constructor(options: KeyIndexOptions) {
    this.#options = options;
    this.#configured = (options.configured ?? []).map((config) => ({
      digest: options.digest(config.key.reveal()),
      key: configuredKey(config),
    }));
  }

  async find(plaintext: string): Promise<Result<StoredKey | undefined, GatewayError>> {
    const age = this.#options.clock.monotonic() - this.#checkedAt;
    if (age >= STALE_MS) {
      const checked = await this.#checkFromNow();
      if (!checked.ok) return checked;
    } else if (age >= REFRESH_MS && this.#running === undefined) void this.#check();

    const seen = hash('sha256', plaintext, 'base64');
    const known = this.#verified.get(seen);
    if (known !== undefined) return ok(this.#keyOf(known));
    let entry = this.#verify(plaintext);
    if (entry === undefined) {
      // What is known may be a moment old, and who makes a key uses it at once.
      const checked = await this.#checkFromNow();
      if (!checked.ok) return checked;
      entry = this.#verify(plaintext);
    }
    if (entry === undefined) return ok(undefined);
    this.#verified.set(seen, entry);
    return ok(this.#keyOf(entry));
  }

  forget(): void {
    this.#changes += 1;
    this.#checkedAt = Number.NEGATIVE_INFINITY;
  }

  #keyOf({ key, validUntil }: Entry): StoredKey | undefined {
    const isOver = validUntil !== undefined && validUntil <= this.#options.clock.now();
    return isOver ? undefined : key;
  }

  #verify(plaintext: string): Entry | undefined {
    const digest = this.#options.digest(plaintext);
    const entry = this.#byDigest.get(digest.toString('base64'));
    return entry !== undefined && timingSafeEqual(entry.digest, digest) ? entry : undefined;
  }

  /** One question at a time, whoever asks. */
  #check(): Promise<Checked> {
    this.#running ??= this.#read().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** A question that is put after this call: one that runs may have been answered before. */
  #checkFromNow(): Promise<Checked> {
    if (this.#running === undefined) return this.#check();
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      return this.#check();
    });
    return this.#next;
  }

  async #read(): Promise<Checked> {
    const { db, clock, log } = this.#options;
    const askedAt = clock.monotonic();
    const changes = this.#changes;
    const read = await whenAvailable(async () => {
      const revision = await revisionOf(db, KEYS.table);
      if (revision !== this.#revision) this.#take(await db.all(LIVE));
      this.#revision = revision;
      return ok(undefined);
    }, log);
    if (!read.ok) return err(read.error);
    if (changes === this.#changes) this.#checkedAt = askedAt;
    return ok(undefined);
  }

  #take(rows: Awaited<ReturnType<SqlDatabase['all']>>): void {
    const byDigest = new Map<string, Entry>();
    for (const row of rows) {
      if (!(row['digest'] instanceof Uint8Array)) continue;
      const digest = Buffer.from(row['digest']);
      const validUntil = numberOrNone(row, 'valid_until');
      byDigest.set(digest.toString('base64'), {
        digest,
        key: KEYS.record(row),
        ...(validUntil !== undefined && { validUntil }),
      });
    }
    for (const entry of this.#configured) byDigest.set(entry.digest.toString('base64'), entry);
    this.#byDigest = byDigest;
    this.#verified = new Map();
  }
}

type Checked = Result<undefined, GatewayError>;

const LIVE = `select keys.*, key_secrets.digest, key_secrets.valid_until
  from key_secrets join keys on keys.id = key_secrets.key_id where keys.revoked_at is null`;

export const createKeyIndex = (options: KeyIndexOptions): SqlKeyIndex => new KeysInMemory(options);
