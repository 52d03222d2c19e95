/** What waits to be told to others, for a database that has none of it yet. */
export const OUTBOX_TABLES = `
  create table outbox_batches (
    id bigint generated always as identity primary key,
    channel text not null,
    idempotency_key text not null unique,
    created_at bigint not null,
    sender text,
    leased_until bigint not null default 0,
    attempts integer not null default 0,
    unusable integer not null default 0,
    is_dead integer not null default 0
  );
  create index outbox_open_batches on outbox_batches (channel, id) where is_dead = 0;

  create table outbox_items (
    id bigint generated always as identity primary key,
    channel text not null,
    event_id text not null,
    body text not null,
    owner text,
    requests bigint not null,
    input_tokens bigint not null,
    output_tokens bigint not null,
    at bigint not null,
    failures integer not null default 0,
    is_dead integer not null default 0,
    reason text,
    batch_id bigint references outbox_batches (id),
    unique (channel, event_id)
  );
  create index outbox_waiting on outbox_items (channel, failures, id)
    where is_dead = 0 and batch_id is null;
  create index outbox_by_batch on outbox_items (batch_id, id) where batch_id is not null;
  create index outbox_by_owner on outbox_items (channel, owner) where owner is not null;
  create index outbox_by_age on outbox_items (channel, is_dead, at);

  create table outbox_acknowledged (
    channel text not null,
    owner text not null,
    day bigint not null,
    requests bigint not null,
    input_tokens bigint not null,
    output_tokens bigint not null,
    primary key (channel, owner, day)
  );

  create table outbox_told (event_id text primary key, at bigint not null);
  create index outbox_told_by_age on outbox_told (at);
  create table outbox_cursors (name text primary key, value text not null);
`;
