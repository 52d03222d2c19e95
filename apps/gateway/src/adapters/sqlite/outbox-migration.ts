/** A step of the schema's history: one outbox for all channels, with leases, in place of Zion's alone. */
export const OUTBOX_BY_CHANNEL = `
  create table outbox_sendings (
    id integer primary key,
    channel text not null,
    idempotency_key text not null unique,
    created_at integer not null,
    sender text,
    leased_until integer not null default 0,
    attempts integer not null default 0,
    unusable integer not null default 0,
    is_dead integer not null default 0
  ) strict;
  insert into outbox_sendings (id, channel, idempotency_key, created_at, attempts)
    select id, 'zion', idempotency_key, created_at, attempts from outbox_batches;

  create table outbox_waits (
    id integer primary key,
    channel text not null,
    event_id text not null,
    body text not null,
    owner text,
    requests integer not null,
    input_tokens integer not null,
    output_tokens integer not null,
    at integer not null,
    failures integer not null default 0,
    is_dead integer not null default 0,
    reason text,
    batch_id integer references outbox_sendings (id),
    unique (channel, event_id)
  ) strict;
  -- A batch that was sent keeps its order, and each of its items the very bytes.
  insert into outbox_waits (channel, event_id, body, owner, requests, input_tokens, output_tokens,
      at, failures, is_dead, reason, batch_id)
    select 'zion', call_id,
      '{"email":' || json_quote(email)
        || case when input_tokens > 0 then ',"aiInputTokens":' || input_tokens else '' end
        || case when output_tokens > 0 then ',"aiOutputTokens":' || output_tokens else '' end
        || case when requests > 0 then ',"aiRequests":' || requests else '' end
        || case when model is not null then ',"model":' || json_quote(model) else '' end
        || ',"timestamp":"' || strftime('%Y-%m-%dT%H:%M:', at / 1000, 'unixepoch')
        || printf('%02d.%03dZ', at / 1000 % 60, at % 1000) || '"}',
      email, requests, input_tokens, output_tokens, at, failures, is_dead,
      case when is_dead = 1 then 'refused' end, batch_id
    from outbox_items order by batch_id is null, batch_id, position, id;
  drop table outbox_items;
  drop table outbox_batches;
  alter table outbox_sendings rename to outbox_batches;
  alter table outbox_waits rename to outbox_items;
  create index outbox_open_batches on outbox_batches (channel, id) where is_dead = 0;
  create index outbox_waiting on outbox_items (channel, failures, id)
    where is_dead = 0 and batch_id is null;
  create index outbox_by_batch on outbox_items (batch_id, id) where batch_id is not null;
  create index outbox_by_owner on outbox_items (channel, owner) where owner is not null;
  create index outbox_by_age on outbox_items (channel, is_dead, at);

  create table outbox_acknowledged (
    channel text not null,
    owner text not null,
    day integer not null,
    requests integer not null,
    input_tokens integer not null,
    output_tokens integer not null,
    primary key (channel, owner, day)
  ) strict, without rowid;
`;

/** A step: what was told once and for all, and how far channels have come that keep account. */
export const OUTBOX_CURSORS = `
  create table outbox_told (event_id text primary key, at integer not null) strict, without rowid;
  create index outbox_told_by_age on outbox_told (at);
  create table outbox_cursors (name text primary key, value text not null) strict, without rowid;
`;
