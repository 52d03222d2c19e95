import { STORE_BODIES } from '../sql/store-bodies.ts';
import { BUDGET_VERSIONS, BUDGETS } from './budget-migration.ts';
import { DIRECTORY } from './directory-migration.ts';
import { MODEL_SENT } from './migration-model-sent.ts';
import { NARROW_LEDGER } from './migration-narrow-ledger.ts';
import { OUTBOX_BY_CHANNEL, OUTBOX_CURSORS } from './outbox-migration.ts';

/**
 * The schema's history, oldest first; the version is the number of steps taken. A step that was
 * released is never edited: a change is a new step.
 */
export const MIGRATIONS: readonly string[] = [
  `
  create table calls (
    seq integer primary key,
    call_id text not null unique,
    started_at integer not null,
    key_id text not null,
    key_name text not null,
    user_id text,
    user_external_id text,
    user_email text,
    face text not null,
    model_asked text not null,
    provider text,
    model_served text,
    stream integer not null,
    attempt integer not null,
    status text not null,
    error_kind text,
    latency_ms integer not null,
    first_token_ms integer,
    provenance text,
    input_uncached integer,
    input_cache_read integer,
    input_cache_write_5m integer,
    input_cache_write_1h integer,
    input_audio integer,
    input_image integer,
    output_text integer,
    output_reasoning integer,
    output_audio integer,
    output_image integer,
    server_tools text,
    losses text
  ) strict;
  create index calls_by_key on calls (key_id, seq);
  create index calls_by_time on calls (started_at);

  create table keys (
    id text primary key,
    name text not null,
    role text not null,
    hint text not null,
    digest blob not null unique,
    created_at integer not null,
    revoked_at integer,
    allowed_models text,
    allowed_faces text,
    requests_per_minute integer
  ) strict;

  create table outbox_batches (
    id integer primary key,
    idempotency_key text not null unique,
    created_at integer not null,
    attempts integer not null default 0
  ) strict;
  create table outbox_items (
    id integer primary key,
    call_id text not null unique,
    email text not null,
    input_tokens integer not null,
    output_tokens integer not null,
    requests integer not null,
    model text,
    at integer not null,
    failures integer not null default 0,
    is_dead integer not null default 0,
    batch_id integer references outbox_batches (id),
    position integer
  ) strict;
  create index outbox_queue on outbox_items (is_dead, batch_id, failures, id);
  create index outbox_by_batch on outbox_items (batch_id, position);
  `,
  `
  create table kept (
    seq integer primary key,
    kind text not null,
    owner text not null,
    id text not null,
    body text not null,
    bytes integer not null,
    expires_at integer not null
  ) strict;
  create unique index kept_by_id on kept (kind, owner, id);
  create index kept_by_age on kept (kind, owner, seq);
  create index kept_by_expiry on kept (expires_at);
  create table kept_held (
    kind text not null,
    owner text not null,
    items integer not null,
    bytes integer not null,
    primary key (kind, owner)
  ) strict, without rowid;
  create trigger kept_added after insert on kept begin
    insert into kept_held (kind, owner, items, bytes) values (new.kind, new.owner, 1, new.bytes)
    on conflict (kind, owner) do update set items = items + 1, bytes = bytes + new.bytes;
  end;
  create trigger kept_gone after delete on kept begin
    update kept_held set items = items - 1, bytes = bytes - old.bytes
    where kind = old.kind and owner = old.owner;
    delete from kept_held where kind = old.kind and owner = old.owner and items = 0;
  end;
  `,
  `
  create table prices (
    id text primary key,
    source text not null,
    price text not null
  ) strict;
  alter table calls add column cost_pico integer;
  alter table calls add column price_id text;
  alter table calls add column unpriced text;
  `,
  `
  create table intents (
    call_id text primary key,
    intent text not null
  ) strict, without rowid;
  `,
  `
  alter table calls add column output_accepted_prediction integer;
  alter table calls add column output_rejected_prediction integer;
  `,
  OUTBOX_BY_CHANNEL,
  DIRECTORY,
  OUTBOX_CURSORS,
  NARROW_LEDGER,
  BUDGETS,
  MODEL_SENT,
  BUDGET_VERSIONS,
  `
  create trigger kept_changed after update of bytes on kept begin
    update kept_held set bytes = bytes - old.bytes + new.bytes
    where kind = new.kind and owner = new.owner;
  end;
  `,
  STORE_BODIES,
];
