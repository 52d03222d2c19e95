import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../ports/clock.ts';
import {
  KEPT_BYTES,
  type KeptItem,
  type KeptKind,
  type KeptStore,
} from '../../ports/kept-store.ts';
import type { Log } from '../../ports/log.ts';
import { inTransaction } from './in-transaction.ts';

export interface KeptStoreOptions {
  readonly clock: Clock;
  readonly log?: Log;
  readonly bounds?: Partial<KeptBounds>;
}

export interface KeptBounds {
  /** Of one owner and kind. */
  readonly ownerItems: number;
  readonly ownerBytes: number;
  /** Of all owners and kinds together: the disk's share. */
  readonly totalBytes: number;
}

const BOUNDS: KeptBounds = {
  ownerItems: 10_000,
  ownerBytes: 256 * 1024 * 1024,
  totalBytes: 4 * 1024 * 1024 * 1024,
};

/** Expired items that one `put` takes away: more than it brings, and never a long wait. */
const SWEPT = 32;

const numberIn = (row: { readonly [column: string]: unknown } | undefined, column: string) =>
  Number(row?.[column] ?? 0);

/** Kept items in the ledger's database. Synchronous: an item takes tens of microseconds. */
export function createSqliteKeptStore(
  db: DatabaseSync,
  { clock, log, bounds }: KeptStoreOptions,
): KeptStore {
  const { ownerItems, ownerBytes, totalBytes } = { ...BOUNDS, ...bounds };
  const insert = db.prepare(
    'insert into kept (kind, owner, id, body, bytes, expires_at) values (?, ?, ?, ?, ?, ?)',
  );
  const find = db.prepare(
    'select body from kept where kind = ? and owner = ? and id = ? and expires_at > ?',
  );
  const remove = db.prepare(
    'delete from kept where kind = ? and owner = ? and id = ? returning bytes, expires_at',
  );
  const sweep = db.prepare(
    `delete from kept where seq in
     (select seq from kept where expires_at <= ? order by expires_at limit ${SWEPT}) returning bytes`,
  );
  const heldBy = db.prepare('select items, bytes from kept_held where kind = ? and owner = ?');
  const removeOldest = db.prepare(
    `delete from kept where seq =
     (select min(seq) from kept where kind = ? and owner = ?) returning bytes`,
  );
  const removeOldestOfAll = db.prepare(
    'delete from kept where seq = (select min(seq) from kept) returning bytes',
  );
  let held = numberIn(db.prepare('select sum(bytes) as bytes from kept_held').get(), 'bytes');

  const makeRoom = (kind: KeptKind, owner: string, bytes: number): void => {
    const own = heldBy.get(kind, owner);
    let items = numberIn(own, 'items') + 1;
    let ownHeld = numberIn(own, 'bytes') + bytes;
    while (items > ownerItems || ownHeld > ownerBytes) {
      const gone = removeOldest.get(kind, owner);
      if (gone === undefined) break;
      items -= 1;
      ownHeld -= numberIn(gone, 'bytes');
      held -= numberIn(gone, 'bytes');
    }
    while (held + bytes > totalBytes) {
      const gone = removeOldestOfAll.get();
      if (gone === undefined) break;
      held -= numberIn(gone, 'bytes');
    }
  };

  const keep = ({ kind, id, owner, body, expiresAt }: KeptItem): void => {
    const bytes = Buffer.byteLength(body);
    held -= numberIn(remove.get(kind, owner, id), 'bytes');
    makeRoom(kind, owner, bytes);
    insert.run(kind, owner, id, body, bytes, expiresAt);
    held += bytes;
  };

  return {
    put: (...items) => {
      if (items.some(({ kind, body }) => Buffer.byteLength(body) > KEPT_BYTES[kind])) return false;
      const heldBefore = held;
      try {
        inTransaction(db, () => {
          for (const row of sweep.all(clock.now())) held -= numberIn(row, 'bytes');
          for (const item of items) keep(item);
        });
        return true;
      } catch (error) {
        held = heldBefore;
        log?.error({ component: 'kept', detail: String(error) }, 'an item could not be kept');
        return false;
      }
    },
    get: (kind, id, owner) => {
      const body = find.get(kind, owner, id, clock.now())?.['body'];
      return typeof body === 'string' ? body : undefined;
    },
    delete: (kind, id, owner) => {
      const gone = remove.get(kind, owner, id);
      held -= numberIn(gone, 'bytes');
      return numberIn(gone, 'expires_at') > clock.now();
    },
  };
}
