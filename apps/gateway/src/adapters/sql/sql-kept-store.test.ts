import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type OpenedEngine, onEngine, testedEngines } from '../../../test/support/engines.ts';
import { KEPT_BYTES, type KeptItem, type KeptKind } from '../../ports/kept-store.ts';
import { createManualClock } from '../test-support/manual-clock.ts';
import { createSqlKeptStore, type KeptBounds } from './sql-kept-store.ts';

const clock = createManualClock();
const HOUR = 3_600_000;
const [ALICE, BOB, CAROL] = ['key:1', 'key:2', 'key:3'] as const;

const item = (id: string, changes: Partial<KeptItem> = {}): KeptItem => ({
  kind: 'response',
  id,
  body: `body of ${id}`,
  expiresAt: clock.now() + HOUR,
  ...changes,
});

const tooLarge = item('large', { body: 'x'.repeat(KEPT_BYTES.response + 1) });

for (const engine of await testedEngines()) {
  const { missing } = engine;
  describe.skipIf(missing !== undefined)(onEngine('a store of kept items', engine), () => {
    let opened: OpenedEngine;
    beforeEach(async () => {
      opened = await engine.open();
    });
    afterEach(() => opened[Symbol.asyncDispose]());

    const storeOf = (bounds: Partial<KeptBounds> = {}) => {
      const store = createSqlKeptStore(opened.db, { clock, bounds });
      const bodyOf = async (id: string, owner: string = ALICE, kind: KeptKind = 'response') => {
        const found = await store.get(kind, id, owner);
        return found.ok ? found.value : found.error.kind;
      };
      return { ...store, bodyOf };
    };
    const idsLeft = async () =>
      (await opened.db.all('select id from kept order by seq')).map(({ id }) => id);

    it('gives an item to its owner alone, and under its kind alone', async () => {
      const store = storeOf();
      expect(await store.put(ALICE, item('a'))).toBe('kept');

      expect(await store.bodyOf('a')).toBe('body of a');
      expect(await store.bodyOf('a', BOB)).toBeUndefined();
      expect(await store.bodyOf('a', ALICE, 'state')).toBeUndefined();
      await store.delete('response', 'a', BOB);
      await store.delete('state', 'a', ALICE);
      expect(await store.bodyOf('a')).toBe('body of a');
    });

    it('is one for all gateways: each finds and deletes what another keeps', async () => {
      const [one, other] = [storeOf(), storeOf()];
      await one.put(ALICE, item('a'));

      expect(await other.bodyOf('a')).toBe('body of a');
      expect(await other.delete('response', 'a', ALICE)).toMatchObject({ ok: true });
      expect(await one.bodyOf('a')).toBeUndefined();
    });

    it('keeps two owners’ items of one id apart', async () => {
      const store = storeOf();
      await store.put(ALICE, item('a'));
      await store.put(BOB, item('a', { body: 'of another' }));

      expect(await store.bodyOf('a')).toBe('body of a');
      expect(await store.bodyOf('a', BOB)).toBe('of another');
    });

    it('replaces what stands under the same id, and counts it once', async () => {
      const store = storeOf({ ownerItems: 2, ownerBytes: 30 });
      await store.put(ALICE, item('a', { body: 'x'.repeat(30) }));
      await store.put(ALICE, item('a', { body: 'later' }));
      await store.put(ALICE, item('b', { body: 'x'.repeat(25) }));

      expect(await store.bodyOf('a')).toBe('later');
      expect(await store.bodyOf('b')).toBe('x'.repeat(25));
    });

    it('forgets what has expired, and sweeps it out as others come, whosever it was', async () => {
      const store = storeOf();
      await store.put(ALICE, item('a'));
      await store.put(BOB, item('b'));
      clock.advance(HOUR);

      expect(await store.bodyOf('a')).toBeUndefined();
      expect(await idsLeft()).toEqual(['a', 'b']);
      await store.put(CAROL, item('c'));
      expect(await idsLeft()).toEqual(['c']);
      expect(await opened.db.all('select owner from kept_held')).toEqual([{ owner: CAROL }]);
    });

    it('lets an owner’s oldest items go first, by number and by size, and no other owner’s', async () => {
      const store = storeOf({ ownerItems: 2, ownerBytes: 10 });
      await store.put(BOB, item('other'));
      for (const id of ['a', 'b', 'c']) await store.put(ALICE, item(id, { body: 'xxx' }));

      expect(await store.bodyOf('a')).toBeUndefined();
      expect(await store.bodyOf('b')).toBe('xxx');
      await store.put(ALICE, item('d', { body: 'xxxxxxxx' }));
      expect(await store.bodyOf('b')).toBeUndefined();
      expect(await store.bodyOf('c')).toBeUndefined();
      expect(await store.bodyOf('d')).toBe('xxxxxxxx');
      expect(await idsLeft()).toEqual(['d']);
    });

    it('holds all owners together to one size, over a restart too', async () => {
      await storeOf({ totalBytes: 10 }).put(ALICE, item('a', { body: 'xxxxx' }));
      const store = storeOf({ totalBytes: 10 });
      await store.put(BOB, item('b', { body: 'xxxxx' }));
      expect(await store.bodyOf('a')).toBe('xxxxx');

      await store.put(CAROL, item('c', { body: 'xxxxx' }));

      expect(await store.bodyOf('a')).toBeUndefined();
      expect(await store.bodyOf('b', BOB)).toBe('xxxxx');
      expect(await store.bodyOf('c', CAROL)).toBe('xxxxx');
    });

    it('holds several gateways together to that size', async () => {
      const stores = [1, 2, 3].map(() => storeOf({ totalBytes: 1_000 }));
      for (let turn = 0; turn < 60; turn += 1) {
        await stores[turn % 3]?.put(`key:${turn}`, item(`${turn}`, { body: 'x'.repeat(50) }));
      }

      const [held] = await opened.db.all('select sum(bytes) as bytes from kept_held');
      expect(Number(held?.['bytes'])).toBeLessThanOrEqual(1_000);
      expect(Number(held?.['bytes'])).toBeGreaterThanOrEqual(900);
    });

    it('keeps nothing that is larger than one item may be, nor what came with it', async () => {
      const store = storeOf();
      expect(await store.put(ALICE, tooLarge)).toBe('too-large');
      expect(await store.put(ALICE, item('a'), tooLarge)).toBe('too-large');
      expect(await store.put(ALICE, item('i'.repeat(2_001)))).toBe('too-large');
      expect(await idsLeft()).toEqual([]);
      // Letters that don't compress, as in an index they may.
      const longest = randomBytes(1_500).toString('base64url');
      const last = item(longest, { kind: 'item', body: 'a' });
      expect(await store.put(ALICE, item('a'), item('b'), last)).toBe('kept');
      expect(await store.bodyOf(longest, ALICE, 'item')).toBe('a');
    });

    it('finds nothing by an id that none can have', async () => {
      const store = storeOf();
      expect(await store.bodyOf('a\0b')).toBeUndefined();
      expect(await store.bodyOf('x'.repeat(100_000))).toBeUndefined();
      expect(await store.delete('response', '\0', ALICE)).toMatchObject({ ok: true });
    });

    it('says that it could not write or read, in place of throwing', async () => {
      const store = storeOf();
      await opened.db.run('alter table kept rename to another');
      expect(await store.put(ALICE, item('a'))).toBe('unwritten');
      expect(await store.bodyOf('a')).toBe('storage_unavailable');
      await opened.db.run('alter table another rename to kept');
      expect(await store.put(ALICE, item('a'))).toBe('kept');
    });

    it('keeps for many at once what is replaced, deleted, too much and expired meanwhile', async () => {
      const trouble = vi.fn();
      const log = { info: trouble, warn: trouble, error: trouble, debug: trouble };
      const bounds = { ownerItems: 8, ownerBytes: 400, totalBytes: 1_500 };
      const stores = [1, 2, 3].map(() => createSqlKeptStore(opened.db, { clock, log, bounds }));
      const work = async (worker: number): Promise<void> => {
        for (let turn = 0; turn < 20; turn += 1) {
          clock.advance(3);
          const owner = `key:${(worker * 7 + turn) % 6}`;
          const expiresAt = clock.now() + 50 + ((worker * 31 + turn * 17) % 200);
          const items = [1, 2, 3].map((more) =>
            item(`${(turn + more) % 9}`, { kind: 'item', body: 'r', expiresAt }),
          );
          const response = item(`${turn % 7}`, { body: 'x'.repeat(20 * (turn % 4)), expiresAt });
          const store = stores[(worker + turn) % 3];
          expect(await store?.put(owner, response, ...items)).toBe('kept');
          if (turn % 5 === 0) await store?.delete('response', `${turn % 7}`, owner);
        }
      };

      await Promise.all(Array.from({ length: 12 }, (_none, worker) => work(worker)));

      expect(trouble.mock.calls).toEqual([]);
      const counted = await opened.db.all(
        'select kind, owner, count(*) as items, sum(bytes) as bytes from kept group by kind, owner order by kind, owner',
      );
      const held = await opened.db.all('select * from kept_held order by kind, owner');
      expect(held.map(figures)).toEqual(counted.map(figures));
    });
  });
}

const figures = ({ kind, owner, items, bytes }: { readonly [column: string]: unknown }) => [
  kind,
  owner,
  Number(items),
  Number(bytes),
];
