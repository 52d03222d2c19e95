import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KEPT_BYTES, type KeptItem } from '../../ports/kept-store.ts';
import { createManualClock } from '../test-support/manual-clock.ts';
import { tempDir } from '../test-support/temp-dir.ts';
import { openDatabase } from './open-database.ts';
import { createSqliteKeptStore, type KeptBounds } from './sqlite-kept-store.ts';

const clock = createManualClock();
const HOUR = 3_600_000;

let dir: ReturnType<typeof tempDir>;
let db: DatabaseSync;

beforeEach(() => {
  dir = tempDir();
  const opened = openDatabase(dir.path);
  if (!opened.ok) throw new Error(opened.error.detail);
  db = opened.value;
});
afterEach(() => {
  if (db.isOpen) db.close();
  dir[Symbol.dispose]();
});

const storeOf = (bounds: Partial<KeptBounds> = {}) => createSqliteKeptStore(db, { clock, bounds });

const item = (id: string, changes: Partial<KeptItem> = {}): KeptItem => ({
  kind: 'response',
  id,
  owner: 'key:1',
  body: `body of ${id}`,
  expiresAt: clock.now() + HOUR,
  ...changes,
});

describe('createSqliteKeptStore', () => {
  it('gives an item to its owner alone, and under its kind alone', () => {
    const store = storeOf();
    expect(store.put(item('a'))).toBe(true);

    expect(store.get('response', 'a', 'key:1')).toBe('body of a');
    expect(store.get('response', 'a', 'key:2')).toBeUndefined();
    expect(store.get('state', 'a', 'key:1')).toBeUndefined();
    expect(store.delete('response', 'a', 'key:2')).toBe(false);
    expect(store.get('response', 'a', 'key:1')).toBe('body of a');
  });

  it('keeps two owners’ items of one id apart', () => {
    const store = storeOf();
    store.put(item('a'));
    store.put(item('a', { owner: 'key:2', body: 'of another' }));

    expect(store.get('response', 'a', 'key:1')).toBe('body of a');
    expect(store.get('response', 'a', 'key:2')).toBe('of another');
  });

  it('replaces what stands under the same id', () => {
    const store = storeOf({ ownerItems: 2 });
    store.put(item('a'));
    store.put(item('b'));
    store.put(item('a', { body: 'later' }));

    expect(store.get('response', 'a', 'key:1')).toBe('later');
    expect(store.get('response', 'b', 'key:1')).toBe('body of b');
  });

  it('says whether it had what it was to delete', () => {
    const store = storeOf();
    store.put(item('a'));

    expect(store.delete('response', 'a', 'key:1')).toBe(true);
    expect(store.delete('response', 'a', 'key:1')).toBe(false);
    expect(store.get('response', 'a', 'key:1')).toBeUndefined();
  });

  it('forgets what has expired, and sweeps it out as others come', () => {
    const store = storeOf();
    store.put(item('a'));
    store.put(item('b'));
    clock.advance(HOUR);

    expect(store.get('response', 'a', 'key:1')).toBeUndefined();
    expect(store.delete('response', 'b', 'key:1')).toBe(false);
    store.put(item('c'));
    expect(db.prepare('select id from kept').all()).toEqual([{ id: 'c' }]);
  });

  it('lets an owner’s oldest items go first, by number and by size, and no other owner’s', () => {
    const store = storeOf({ ownerItems: 2, ownerBytes: 10 });
    store.put(item('other', { owner: 'key:2' }));
    for (const id of ['a', 'b', 'c']) store.put(item(id, { body: 'xxx' }));

    expect(store.get('response', 'a', 'key:1')).toBeUndefined();
    expect(store.get('response', 'b', 'key:1')).toBe('xxx');
    store.put(item('d', { body: 'xxxxxxxx' }));
    expect(store.get('response', 'b', 'key:1')).toBeUndefined();
    expect(store.get('response', 'c', 'key:1')).toBeUndefined();
    expect(store.get('response', 'd', 'key:1')).toBe('xxxxxxxx');
    expect(store.get('response', 'other', 'key:2')).toBe('body of other');
  });

  it('holds all owners together to one size, over a restart too', () => {
    storeOf({ totalBytes: 10 }).put(item('a', { body: 'xxxxx' }));
    const store = storeOf({ totalBytes: 10 });
    store.put(item('b', { owner: 'key:2', body: 'xxxxx' }));
    expect(store.get('response', 'a', 'key:1')).toBe('xxxxx');

    store.put(item('c', { owner: 'key:3', body: 'xxxxx' }));

    expect(store.get('response', 'a', 'key:1')).toBeUndefined();
    expect(store.get('response', 'b', 'key:2')).toBe('xxxxx');
  });

  it('keeps nothing that is larger than one item may be', () => {
    const store = storeOf();
    expect(store.put(item('a', { body: 'x'.repeat(KEPT_BYTES.response + 1) }))).toBe(false);
    expect(store.get('response', 'a', 'key:1')).toBeUndefined();
  });

  it('keeps several together, or none of them', () => {
    const store = storeOf();
    const tooLarge = item('b', { body: 'x'.repeat(KEPT_BYTES.response + 1) });
    expect(store.put(item('a'), tooLarge)).toBe(false);
    expect(store.get('response', 'a', 'key:1')).toBeUndefined();
    expect(store.put(item('a'), item('b'))).toBe(true);
    expect(store.get('response', 'b', 'key:1')).toBe('body of b');
  });

  it('says that it could not write, in place of throwing', () => {
    const store = storeOf();
    db.exec(
      "create trigger full before insert on kept begin select raise(abort, 'disk full'); end",
    );
    expect(store.put(item('a'))).toBe(false);
    db.exec('drop trigger full');
    expect(store.put(item('a'))).toBe(true);
  });
});
