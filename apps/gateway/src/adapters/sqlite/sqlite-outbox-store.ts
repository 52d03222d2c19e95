import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../ports/clock.ts';
import type { OutboxBatch, OutboxItem, OutboxStore } from '../../ports/outbox-store.ts';
import { inTransaction } from './in-transaction.ts';

/** Refusals of an item by itself before it is dead: kept, and not sent again. */
const MAX_FAILURES = 5;

const itemOf = (row: { readonly [column: string]: unknown }): OutboxItem => ({
  callId: String(row['call_id']),
  email: String(row['email']),
  inputTokens: Number(row['input_tokens']),
  outputTokens: Number(row['output_tokens']),
  requests: Number(row['requests']),
  ...(row['model'] === null ? {} : { model: String(row['model']) }),
  at: Number(row['at']),
});

/** The outbox in the ledger's database: items enter in the commit of their call. */
export function createSqliteOutboxStore(db: DatabaseSync, clock: Clock): OutboxStore {
  const openBatch = db.prepare('select * from outbox_batches order by id limit 1');
  const batchItems = db.prepare('select * from outbox_items where batch_id = ? order by position');
  const waiting = db.prepare(
    'select id from outbox_items where is_dead = 0 and batch_id is null order by failures, id limit ?',
  );
  const insertBatch = db.prepare(
    'insert into outbox_batches (idempotency_key, created_at) values (?, ?)',
  );
  const assign = db.prepare('update outbox_items set batch_id = ?, position = ? where id = ?');
  const attempt = db.prepare('update outbox_batches set attempts = attempts + 1 where id = ?');
  const removeItem = db.prepare('delete from outbox_items where batch_id = ? and position = ?');
  const release = db.prepare(
    `update outbox_items set batch_id = null, position = null, failures = failures + ?,
     is_dead = (? or failures + ? >= ${MAX_FAILURES}) where batch_id = ? and position = ?`,
  );
  const removeBatch = db.prepare('delete from outbox_batches where id = ?');
  const counts = db.prepare(
    'select count(*) filter (where is_dead = 0) as waiting, count(*) filter (where is_dead = 1) as dead from outbox_items',
  );

  const read = (): OutboxBatch | undefined => {
    const row = openBatch.get();
    if (row === undefined) return undefined;
    const id = Number(row['id']);
    return {
      id,
      idempotencyKey: String(row['idempotency_key']),
      attempts: Number(row['attempts']),
      items: batchItems.all(id).map(itemOf),
    };
  };

  return {
    nextBatch(maxItems, newKey) {
      const open = read();
      if (open !== undefined) return open;
      const ids = waiting.all(maxItems);
      if (ids.length === 0) return undefined;
      inTransaction(db, () => {
        const { lastInsertRowid } = insertBatch.run(newKey(), clock.now());
        for (const [position, row] of ids.entries()) {
          assign.run(lastInsertRowid, position, Number(row['id']));
        }
      });
      return read();
    },
    noteAttempt: (batchId) => {
      attempt.run(batchId);
    },
    settle(batchId, outcomes) {
      inTransaction(db, () => {
        for (const [position, outcome] of outcomes.entries()) {
          if (outcome === 'sent') {
            removeItem.run(batchId, position);
            continue;
          }
          const failures = outcome === 'failed' ? 1 : 0;
          release.run(failures, outcome === 'dead' ? 1 : 0, failures, batchId, position);
        }
        removeBatch.run(batchId);
      });
    },
    counts() {
      const row = counts.get();
      return { waiting: Number(row?.['waiting'] ?? 0), dead: Number(row?.['dead'] ?? 0) };
    },
  };
}
