import { DAY_MS } from '@tollgate/core';
import type {
  ChannelState,
  Claim,
  DeadLetter,
  DeadReason,
  DeadSelection,
  OutboxBatch,
  OutboxItem,
  OutboxOutcome,
  OutboxStore,
} from '../../ports/outbox-store.ts';
import { INSERT_OUTBOX_ROW, outboxValues } from './outbox-rows.ts';
import type { SqlDatabase, SqlRow, Statements } from './sql.ts';

/** Refusals of an item by itself before it is dead: kept, and not sent again. */
const MAX_FAILURES = 5;
/** Nothing is told twice within it: longer than any window that ends. */
const TOLD_MS = 400 * DAY_MS;

const MAKE_BATCH = `
  insert into outbox_batches
    (channel, idempotency_key, created_at, sender, leased_until, attempts)
  values (?, ?, ?, ?, ?, 1)
  returning id, idempotency_key, unusable`;

const ITEMS = 'select id, event_id, body, at from outbox_items where batch_id = ? order by id';

/** What a batch's owners were told of, by the day on which it happened. */
const ACKNOWLEDGE = `
  insert into outbox_acknowledged (channel, owner, day, requests, input_tokens, output_tokens)
  select channel, owner, at / ${DAY_MS} * ${DAY_MS},
    sum(requests), sum(input_tokens), sum(output_tokens)
  from outbox_items where batch_id = ? and owner is not null
  group by channel, owner, at / ${DAY_MS} * ${DAY_MS}
  on conflict (channel, owner, day) do update set
    requests = outbox_acknowledged.requests + excluded.requests,
    input_tokens = outbox_acknowledged.input_tokens + excluded.input_tokens,
    output_tokens = outbox_acknowledged.output_tokens + excluded.output_tokens`;

const KEEP_CURSOR = `
  insert into outbox_cursors (name, value) values (?, ?)
  on conflict (name) do update set value = excluded.value`;

const TAKE_OUT = `
  update outbox_items set batch_id = null, failures = failures + ?,
    is_dead = case when ? = 1 or failures + ? >= ${MAX_FAILURES} then 1 else 0 end, reason = ?
  where id = ? and batch_id = ?`;

const REVIVE_BATCHES = `
  update outbox_batches
  set is_dead = 0, attempts = 0, unusable = 0, sender = null, leased_until = 0
  where is_dead = 1`;
const REVIVE_ITEMS = `
  update outbox_items set is_dead = 0, failures = 0, reason = null where is_dead = 1`;

const itemOf = (row: SqlRow): OutboxItem => ({
  id: Number(row['id']),
  eventId: String(row['event_id']),
  body: String(row['body']),
  at: Number(row['at']),
});

const REASONS: readonly DeadReason[] = ['refused', 'untold', 'unreadable', 'expired'];

const letterOf = (row: SqlRow): DeadLetter => ({
  ...itemOf(row),
  channel: String(row['channel']),
  reason: REASONS.find((reason) => reason === row['reason']) ?? 'refused',
});

export interface OutboxStoreOptions {
  /**
   * Senders are gateways, and those heard of since are alive, Unix milliseconds by the database's clock:
   * others have the batches of the rest at once. Absent: a lease is waited out.
   */
  readonly aliveSince?: () => Promise<number>;
}

/** The outbox in the ledger's database, for both engines: usage enters in the commit of its call. */
export function createOutboxStore(
  db: SqlDatabase,
  { aliveSince }: OutboxStoreOptions = {},
): OutboxStore {
  // Rows that another gateway is taking just now are left to it; SQLite has one writer at a time.
  const skipTaken = db.engine === 'postgres' ? ' for update skip locked' : '';
  const deadSender =
    aliveSince === undefined
      ? ''
      : ` or not exists (select 1 from instances
          where instances.id = outbox_batches.sender and heartbeat_at >= ?)`;
  const takeBatch = `
    update outbox_batches set sender = ?, leased_until = ?, attempts = attempts + 1
    where id = (
      select id from outbox_batches
      where channel = ? and is_dead = 0 and (sender = ? or leased_until <= ?${deadSender})
      order by id limit 1${skipTaken}
    )
    returning id, idempotency_key, unusable`;
  const fillBatch = `
    update outbox_items set batch_id = ?
    where id in (
      select id from outbox_items
      where channel = ? and is_dead = 0 and batch_id is null
      order by failures, id limit ?${skipTaken}
    )`;

  const fixed = async (tx: Statements, row: SqlRow): Promise<OutboxBatch> => ({
    id: Number(row['id']),
    idempotencyKey: String(row['idempotency_key']),
    unusable: Number(row['unusable']),
    items: (await tx.all(ITEMS, Number(row['id']))).map(itemOf),
  });

  const claim = async (wanted: Claim): Promise<OutboxBatch | undefined> => {
    const { channel, sender, maxItems, leaseMs, newKey, now } = wanted;
    const anything = 'select 1 from outbox_items where channel = ? and is_dead = 0 limit 1';
    if ((await db.all(anything, channel)).length === 0) return undefined;
    const heard = aliveSince === undefined ? [] : [await aliveSince()];
    return db.transaction(async (tx) => {
      const until = now + leaseMs;
      const [open] = await tx.all(takeBatch, sender, until, channel, sender, now, ...heard);
      if (open !== undefined) return fixed(tx, open);
      const [made] = await tx.all(MAKE_BATCH, channel, newKey, now, sender, until);
      if (made === undefined) return undefined;
      const id = Number(made['id']);
      if ((await tx.run(fillBatch, id, channel, maxItems)) > 0) return fixed(tx, made);
      await tx.run('delete from outbox_batches where id = ?', id);
      return undefined;
    });
  };

  return {
    add: async (row) => (await db.run(INSERT_OUTBOX_ROW, ...outboxValues(row))) > 0,
    claim,
    noteUnusable: async (batchId) => {
      await db.run('update outbox_batches set unusable = unusable + 1 where id = ?', batchId);
    },
    addOnce: ({ id, at }, rows) =>
      db.transaction(async (tx) => {
        await tx.run('delete from outbox_told where at < ?', at - TOLD_MS);
        const told = 'insert into outbox_told (event_id, at) values (?, ?) on conflict do nothing';
        if ((await tx.run(told, id, at)) === 0) return false;
        for (const row of rows) await tx.run(INSERT_OUTBOX_ROW, ...outboxValues(row));
        return true;
      }),
    settle: (batch, { sender, outcomes, cursor }) =>
      db.transaction(async (tx) => {
        const mine = 'update outbox_batches set leased_until = 0 where id = ? and sender = ?';
        if ((await tx.run(mine, batch.id, sender)) === 0) return false;
        for (const [place, item] of batch.items.entries()) {
          await takeOut(tx, { batchId: batch.id, item, outcome: outcomes[place] ?? 'again' });
        }
        await tx.run(ACKNOWLEDGE, batch.id);
        await tx.run('delete from outbox_items where batch_id = ?', batch.id);
        await tx.run('delete from outbox_batches where id = ?', batch.id);
        if (cursor !== undefined) await tx.run(KEEP_CURSOR, cursor.name, cursor.value);
        return true;
      }),
    bury: (batchId, reason) =>
      db.transaction(async (tx) => {
        await tx.run('update outbox_batches set is_dead = 1 where id = ?', batchId);
        const items = 'update outbox_items set is_dead = 1, reason = ? where batch_id = ?';
        await tx.run(items, reason, batchId);
      }),
    expire: (channel, before) =>
      db.run(
        `update outbox_items set is_dead = 1, reason = 'expired'
         where channel = ? and is_dead = 0 and at < ? and batch_id is null`,
        channel,
        before,
      ),
    trim: (channel, keepAtMost) =>
      db.run(
        `delete from outbox_items where channel = ? and batch_id is null and id <= (
           select id from outbox_items where channel = ? and batch_id is null
           order by id desc limit 1 offset ?
         )`,
        channel,
        channel,
        keepAtMost,
      ),
    cursor: async (name) => {
      const [row] = await db.all('select value from outbox_cursors where name = ?', name);
      return row === undefined ? undefined : String(row['value']);
    },
    release: async (channel, sender) => {
      const mine = 'update outbox_batches set leased_until = 0 where channel = ? and sender = ?';
      await db.run(mine, channel, sender);
    },
    holds: async (channel) => {
      const anything = 'select 1 from outbox_items where channel = ? limit 1';
      return (await db.all(anything, channel)).length > 0;
    },
    states: async () => statesOf(await db.all(STATES)),
    unacknowledged: async (channel, owner) => {
      const [sums] = await db.all(UNACKNOWLEDGED, channel, owner);
      return {
        requests: Number(sums?.['requests'] ?? 0),
        inputTokens: Number(sums?.['input_tokens'] ?? 0),
        outputTokens: Number(sums?.['output_tokens'] ?? 0),
      };
    },
    deadLetters: async ({ channel, after = 0, limit }) => {
      const columns = 'select id, channel, event_id, body, at, reason from outbox_items';
      const rows =
        channel === undefined
          ? await db.all(
              `${columns} where is_dead = 1 and id > ? order by id limit ?`,
              after,
              limit,
            )
          : await db.all(
              `${columns} where channel = ? and is_dead = 1 and id > ? order by id limit ?`,
              channel,
              after,
              limit,
            );
      return rows.map(letterOf);
    },
    resend: (which) => db.transaction((tx) => resend(tx, which)),
  };
}

const STATES = `
  select channel, is_dead, count(*) as items, min(at) as oldest
  from outbox_items group by channel, is_dead order by channel`;

const UNACKNOWLEDGED = `
  select sum(requests) as requests, sum(input_tokens) as input_tokens,
    sum(output_tokens) as output_tokens
  from outbox_items where channel = ? and owner = ?`;

interface Taken {
  readonly batchId: number;
  readonly item: OutboxItem;
  readonly outcome: OutboxOutcome;
}

/** What was sent stays in its batch, and goes with it. */
async function takeOut(tx: Statements, { batchId, item, outcome }: Taken): Promise<void> {
  if (outcome === 'sent') return;
  const failures = outcome === 'failed' ? 1 : 0;
  const isDead = outcome === 'dead' ? 1 : 0;
  const reason = { again: null, failed: 'refused', dead: 'untold' }[outcome];
  await tx.run(TAKE_OUT, failures, isDead, failures, reason, item.id, batchId);
}

function statesOf(rows: readonly SqlRow[]): readonly ChannelState[] {
  const byChannel = Map.groupBy(rows, (row) => String(row['channel']));
  return [...byChannel].map(([channel, found]): ChannelState => {
    const waiting = found.find((row) => Number(row['is_dead']) === 0);
    const dead = found.find((row) => Number(row['is_dead']) === 1);
    return {
      channel,
      waiting: Number(waiting?.['items'] ?? 0),
      dead: Number(dead?.['items'] ?? 0),
      ...(waiting !== undefined && { oldestAt: Number(waiting['oldest']) }),
    };
  });
}

/** A batch that is kept with its key goes again as a whole. */
async function resend(tx: Statements, which: DeadSelection): Promise<number> {
  if ('channel' in which) {
    await tx.run(`${REVIVE_BATCHES} and channel = ?`, which.channel);
    return tx.run(`${REVIVE_ITEMS} and channel = ?`, which.channel);
  }
  let revived = 0;
  for (const id of which.ids) {
    const batch = '(select batch_id from outbox_items where id = ?)';
    await tx.run(`${REVIVE_BATCHES} and id = ${batch}`, id);
    revived += await tx.run(`${REVIVE_ITEMS} and (id = ? or batch_id = ${batch})`, id, id);
  }
  return revived;
}
