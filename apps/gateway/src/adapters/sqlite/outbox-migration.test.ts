import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { createOutboxStore } from '../sql/sql-outbox-store.ts';
import { MIGRATIONS } from './migrations.ts';
import { OUTBOX_BY_CHANNEL } from './outbox-migration.ts';
import { createSqliteDatabase } from './sqlite-database.ts';

const AT = Date.UTC(2026, 10, 23, 12, 0, 7, 45);

describe('an outbox that an earlier version left', () => {
  it('keeps a batch that was sent under its key, in its order, with the same bytes', async () => {
    const file = new DatabaseSync(':memory:');
    for (const step of MIGRATIONS.slice(0, MIGRATIONS.indexOf(OUTBOX_BY_CHANNEL))) file.exec(step);
    file.exec(`
      insert into outbox_batches (id, idempotency_key, created_at, attempts) values (7, 'key-7', ${AT}, 2);
      insert into outbox_items
        (id, call_id, email, input_tokens, output_tokens, requests, model, at, batch_id, position, is_dead)
      values
        (1, 'waits', 'a@b.c', 1, 0, 1, null, ${AT}, null, null, 0),
        (2, 'second', '"ä"@b.c', 0, 5, 1, 'gpt-4o', ${AT}, 7, 1, 0),
        (3, 'first', 'a@b.c', 10, 5, 1, 'a"b', ${AT}, 7, 0, 0),
        (4, 'gone', 'a@b.c', 10, 5, 1, null, ${AT}, null, null, 1);
    `);

    file.exec(OUTBOX_BY_CHANNEL);

    const db = createSqliteDatabase(file);
    const store = createOutboxStore(db);
    const claim = {
      channel: 'zion',
      sender: 'a',
      maxItems: 10,
      leaseMs: 1,
      newKey: 'new',
      now: AT,
    };
    const batch = await store.claim(claim);
    const timestamp = '2026-11-23T12:00:07.045Z';
    expect(batch?.idempotencyKey).toBe('key-7');
    expect(batch?.items.map(({ body }) => body)).toEqual(
      [
        {
          email: 'a@b.c',
          aiInputTokens: 10,
          aiOutputTokens: 5,
          aiRequests: 1,
          model: 'a"b',
          timestamp,
        },
        { email: '"ä"@b.c', aiOutputTokens: 5, aiRequests: 1, model: 'gpt-4o', timestamp },
      ].map((increment) => JSON.stringify(increment)),
    );
    expect(await store.states()).toEqual([{ channel: 'zion', waiting: 3, dead: 1, oldestAt: AT }]);
    expect(await store.deadLetters({ limit: 5 })).toMatchObject([
      { eventId: 'gone', reason: 'refused' },
    ]);
    await db.close();
  });
});
