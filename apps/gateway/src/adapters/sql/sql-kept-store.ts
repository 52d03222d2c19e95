import { ok } from '@tollgate/core';
import type { Clock } from '../../ports/clock.ts';
import {
  KEPT_BYTES,
  type KeptItem,
  type KeptStore,
  LONGEST_KEPT_ID,
} from '../../ports/kept-store.ts';
import type { Log } from '../../ports/log.ts';
import { numberIn, textIn, textOrNone } from './read-row.ts';
import type { SqlDatabase, SqlRow } from './sql.ts';
import { whenAvailable } from './when-available.ts';

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

/** Items that one `put` takes away besides: more than it brings, and never a long wait. */
const SWEPT = 32;

const KINDS = Object.keys(KEPT_BYTES)
  .map((kind) => `'${kind}'`)
  .join(', ');

const PUT = `
  insert into kept (kind, owner, id, body, bytes, expires_at) values (?, ?, ?, ?, ?, ?)
  on conflict (kind, owner, id) do update
  set body = excluded.body, bytes = excluded.bytes, expires_at = excluded.expires_at`;
const FIND = 'select body from kept where kind = ? and owner = ? and id = ? and expires_at > ?';
const HELD_BY = `select kind, items, bytes from kept_held where owner = ? and kind in (${KINDS})`;
const HELD = 'select sum(bytes) as bytes from kept_held';
const EXPIRED = `
  select seq, kind, owner from kept where expires_at <= ? order by expires_at limit ${SWEPT}`;
const OLDEST = `
  select seq, kind, owner, bytes from kept where kind = ? and owner = ? order by seq limit ?`;
const OLDEST_OF_ALL = 'select seq, kind, owner, bytes from kept order by seq limit 1';

// Triggers count in `kept_held`. Every transaction takes the counters of all that it changes before
// anything else, and in one order: none waits for another in a circle.
const TAKE = `
  insert into kept_held (kind, owner, items, bytes) values (?, ?, 0, 0)
  on conflict (kind, owner) do update set items = kept_held.items`;
const TAKE_KNOWN = 'update kept_held set items = items where kind = ? and owner = ?';

/**
 * Kept items in a database, which several gateways may share. What is too much goes after each write,
 * and apart from it: who takes items of others away must not make them wait, nor fail with them.
 */
export function createSqlKeptStore(
  db: SqlDatabase,
  { clock, log, bounds }: KeptStoreOptions,
): KeptStore {
  const { ownerItems, ownerBytes, totalBytes } = { ...BOUNDS, ...bounds };
  /** What may be put before all that is held is summed again. */
  let room = 0;

  const remove = (rows: readonly SqlRow[]): Promise<unknown> => {
    const counters = new Map(
      rows.map((row) => {
        const counter = [textIn(row, 'kind'), textIn(row, 'owner')] as const;
        return [counter.join(' '), counter];
      }),
    );
    const inOrder = [...counters].toSorted(([one], [other]) => (one < other ? -1 : 1));
    return db.transaction((tx) =>
      Promise.all([
        tx.many(
          TAKE_KNOWN,
          inOrder.map(([, counter]) => counter),
        ),
        tx.many(
          'delete from kept where seq = ?',
          rows.map((row) => [numberIn(row, 'seq')]),
        ),
      ]),
    );
  };

  const boundOwner = async (owner: string, held: readonly SqlRow[]): Promise<void> => {
    for (const row of held) {
      let items = numberIn(row, 'items');
      let bytes = numberIn(row, 'bytes');
      while (items > ownerItems || bytes > ownerBytes) {
        const count = Math.max(1, items - ownerItems);
        const gone = await db.all(OLDEST, textIn(row, 'kind'), owner, count);
        if (gone.length === 0) break;
        await remove(gone);
        items -= gone.length;
        bytes -= sumOf(gone);
      }
    }
  };

  const boundAll = async (put: readonly KeptItem[]): Promise<void> => {
    room -= sizeOf(put);
    if (room > 0) return;
    let held = sumOf(await db.all(HELD));
    for (let left = SWEPT + put.length; held > totalBytes && left > 0; left -= 1) {
      const gone = await db.all(OLDEST_OF_ALL);
      if (gone.length === 0) break;
      await remove(gone);
      held -= sumOf(gone);
    }
    // The other half is for other gateways.
    room = (totalBytes - held) / 2;
  };

  return {
    put: async (owner, ...items) => {
      if (!items.every(isFit)) return 'too-large';
      const kinds = [...new Set(items.map(({ kind }) => kind))].toSorted();
      const rows = items.map(({ kind, id, body, expiresAt }) => {
        return [kind, owner, id, body, Buffer.byteLength(body), expiresAt];
      });
      try {
        const [, , held, expired] = await db.transaction((tx) =>
          Promise.all([
            tx.many(
              TAKE,
              kinds.map((kind) => [kind, owner]),
            ),
            tx.many(PUT, rows),
            tx.all(HELD_BY, owner),
            tx.all(EXPIRED, clock.now()),
          ] as const),
        );
        await tidy(held, expired);
        return 'kept';
      } catch (error) {
        log?.error({ component: 'kept', detail: String(error) }, 'an item could not be kept');
        return 'unwritten';
      }

      async function tidy(held: readonly SqlRow[], expired: readonly SqlRow[]): Promise<void> {
        try {
          if (expired.length > 0) await remove(expired);
          await boundOwner(owner, held);
          await boundAll(items);
        } catch (error) {
          log?.warn({ component: 'kept', detail: String(error) }, 'old items could not be removed');
        }
      }
    },

    get: async (kind, id, owner) => {
      if (!isId(id)) return ok(undefined);
      return whenAvailable(async () => {
        const [row] = await db.all(FIND, kind, owner, id, clock.now());
        return ok(row && textOrNone(row, 'body'));
      }, log);
    },

    delete: async (kind, id, owner) => {
      if (!isId(id)) return ok(undefined);
      return whenAvailable(async () => {
        const deleted = 'delete from kept where kind = ? and owner = ? and id = ?';
        await db.transaction((tx) =>
          Promise.all([tx.run(TAKE_KNOWN, kind, owner), tx.run(deleted, kind, owner, id)]),
        );
        return ok(undefined);
      }, log);
    },
  };
}

/** An index takes no longer ones, and PostgreSQL no text with a zero in it. */
const isId = (id: string): boolean =>
  Buffer.byteLength(id) <= LONGEST_KEPT_ID && !id.includes('\0');

const isFit = ({ kind, id, body }: KeptItem): boolean =>
  isId(id) && Buffer.byteLength(body) <= KEPT_BYTES[kind];

const sizeOf = (items: readonly KeptItem[]): number =>
  items.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);

const sumOf = (rows: readonly SqlRow[]): number =>
  rows.reduce((sum, row) => sum + numberIn(row, 'bytes'), 0);
