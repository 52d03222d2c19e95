import { INPUT_COLUMNS, MEASURES, OUTPUT_COLUMNS } from '../sql/ledger/measures.ts';

const bigints = (names: readonly string[], rest = ''): string =>
  names.map((name) => `${name} bigint${rest}`).join(',\n    ');

/**
 * The ledger, for a database that has none of it yet. Calls lie in a table for each month of their
 * start, so that old ones can be detached whole. A call's start is fixed by its intent, and so part of
 * what makes it unique.
 */
export const LEDGER_TABLES = `
  create table callers (
    id bigint generated always as identity primary key,
    key_id text not null,
    key_name text not null,
    user_id text not null,
    team_id text not null,
    organisation_id text not null,
    governed_id text not null,
    governed_external_id text not null,
    governed_email text not null,
    tags text not null,
    face text not null,
    unique (key_id, face, key_name, user_id, team_id, organisation_id, governed_id,
      governed_external_id, governed_email, tags)
  );
  create table routes (
    id bigint generated always as identity primary key,
    model_asked text not null,
    provider text not null,
    model_served text not null,
    service_tier text not null,
    unique (model_asked, provider, model_served, service_tier)
  );
  create table prices (
    seq bigint generated always as identity primary key,
    id text not null unique,
    source text not null,
    price text not null
  );

  create sequence calls_seq;
  create table calls (
    seq bigint not null default nextval('calls_seq'),
    call_id bytea not null,
    started_at bigint not null,
    attempt integer not null,
    stream smallint not null,
    caller bigint not null,
    route bigint not null,
    price bigint,
    corrects bigint,
    latency_ms bigint not null,
    first_token_ms bigint,
    ${bigints([...INPUT_COLUMNS, ...OUTPUT_COLUMNS])},
    cost_pico bigint,
    status text not null,
    error_kind text,
    provenance text,
    unpriced text,
    server_tools text,
    losses text,
    metadata text,
    primary key (seq, started_at),
    unique (call_id, attempt, started_at)
  ) partition by range (started_at);
  create index calls_by_caller on calls (caller, seq);
  create index calls_by_time on calls (started_at);

  create table rollups (
    minutes integer not null,
    starts_at bigint not null,
    caller bigint not null,
    route bigint not null,
    ${bigints(MEASURES, ' not null')},
    primary key (minutes, starts_at, caller, route)
  ) with (fillfactor = 70);
  create table budget_spend (
    budget_id text not null,
    window_start bigint not null,
    millions bigint not null,
    rest bigint not null,
    primary key (budget_id, window_start)
  ) with (fillfactor = 70);

  create table instances (
    id text primary key,
    started_at bigint not null,
    heartbeat_at bigint not null,
    -- The data folder that it holds: its next gateway knows that this one is dead.
    home text,
    is_sharing smallint
  );
  create table server (
    name text primary key,
    value bytea not null
  );
  create function clock_ms() returns bigint language sql volatile
    as $$ select (extract(epoch from clock_timestamp()) * 1000)::bigint $$;
  create function heard_now() returns trigger language plpgsql
    as $$ begin new.heartbeat_at := clock_ms(); return new; end $$;
  -- By one clock for all gateways: of their own, one may be minutes behind, and would look dead.
  create trigger instances_heard before insert or update on instances
    for each row execute function heard_now();
  create table intents (
    call_id bytea not null,
    attempt integer not null,
    instance text not null,
    started_at bigint not null,
    caller bigint not null,
    route bigint not null,
    stream smallint not null,
    input_tokens bigint not null,
    output_tokens bigint not null,
    claims text,
    metadata text,
    primary key (call_id, attempt)
  );
  create index intents_by_instance on intents (instance);
`;
