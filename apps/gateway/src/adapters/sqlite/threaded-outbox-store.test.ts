import { describe, expect, it } from 'vitest';
import type { OutboxRow } from '../../ports/outbox-store.ts';
import { tempDir } from '../test-support/temp-dir.ts';
import { databasePath, openDatabase } from './open-database.ts';
import { createThreadedOutboxStore } from './threaded-outbox-store.ts';

const row: OutboxRow = {
  channel: 'zion',
  eventId: 'one',
  body: '{}',
  requests: 1,
  inputTokens: 2,
  outputTokens: 3,
  at: 0,
};

function open(folder: string) {
  const opened = openDatabase(folder);
  if (!opened.ok) throw new Error(opened.error.detail);
  return { db: opened.value, store: createThreadedOutboxStore({ path: databasePath(folder) }) };
}

describe('the outbox in its thread', () => {
  it('answers as the store does, in order, and keeps what it was given over its end', async () => {
    using dir = tempDir();
    const { db, store } = open(dir.path);
    const claim = { channel: 'zion', sender: 'a', maxItems: 5, leaseMs: 9, newKey: 'key', now: 1 };

    const [added, again, batch] = await Promise.all([
      store.add(row),
      store.add(row),
      store.claim(claim),
    ]);
    await store.close();

    expect([added, again]).toEqual([true, false]);
    expect(batch).toMatchObject({ idempotencyKey: 'key', items: [{ eventId: 'one', body: '{}' }] });
    // The next question starts it anew.
    expect(await store.claim(claim)).toEqual(batch);
    expect(await store.cursor('none')).toBeUndefined();
    await store.close();
    db.close();
  });

  it('lets this thread go on while it waits for another’s commit', async () => {
    using dir = tempDir();
    const { db, store } = open(dir.path);
    await store.states();
    db.exec('begin immediate');

    const adding = store.add(row);
    let turns = 0;
    const until = performance.now() + 100;
    while (performance.now() < until) {
      await new Promise((resolve) => setImmediate(resolve));
      turns += 1;
    }
    db.exec('commit');

    expect(turns).toBeGreaterThan(10);
    expect(await adding).toBe(true);
    await store.close();
    db.close();
  });

  it('says what the database refuses, and goes on once it is back', async () => {
    using dir = tempDir();
    const { db, store } = open(dir.path);
    db.exec('alter table outbox_items rename to away');
    await expect(store.add(row)).rejects.toThrow('outbox_items');

    db.exec('alter table away rename to outbox_items');

    expect(await store.add(row)).toBe(true);
    await store.close();
    db.close();
  });
});
