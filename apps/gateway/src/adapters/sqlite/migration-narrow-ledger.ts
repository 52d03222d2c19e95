/**
 * Narrow rows: texts that calls share stand once in `callers`, `routes` and `prices`; ids are bytes.
 * Rollups by the quarter of an hour, and by the day. What was booked before comes along.
 */
const TOKENS = `
    input_uncached, input_cache_read, input_cache_write_5m, input_cache_write_1h, input_audio,
    input_image, output_text, output_reasoning, output_audio, output_image,
    output_accepted_prediction, output_rejected_prediction`;
const TOKEN_NAMES = TOKENS.split(',').map((name) => name.trim());

const rollUp = (minutes: number): string => `
  insert into rollups select ${minutes}, started_at - started_at % (${minutes} * 60000), caller, route,
    count(*), sum(status = 'failed'), sum(coalesce(provenance in ('estimate', 'interrupted'), 0)),
    count(unpriced), ${TOKEN_NAMES.map((name) => `sum(coalesce(${name}, 0))`).join(', ')},
    sum(coalesce(cost_pico, 0) / 1000000), sum(coalesce(cost_pico, 0) % 1000000)
  from calls group by 2, 3, 4;`;

const SAME_CALLER = `
    callers.key_id = old.key_id and callers.key_name = old.key_name and callers.face = old.face
    and callers.governed_id = coalesce(old.user_id, '')
    and callers.governed_external_id = coalesce(old.user_external_id, '')
    and callers.governed_email = coalesce(old.user_email, '')`;
const SAME_ROUTE = `
    routes.model_asked = old.model_asked and routes.provider = coalesce(old.provider, '')
    and routes.model_served = coalesce(old.model_served, '')`;

const ID_BYTES = `coalesce(case when length(old.call_id) = 36
    then unhex(replace(old.call_id, '-', '')) end, cast(old.call_id as blob))`;

const OLD_INTENTS = `(select call_id,
    intent ->> '$.startedAt' as started_at, intent ->> '$.stream' as stream,
    intent ->> '$.attempt' as attempt, intent ->> '$.estimate.inputTokens' as input_tokens,
    intent ->> '$.estimate.outputTokens' as output_tokens, intent ->> '$.keyId' as key_id,
    intent ->> '$.keyName' as key_name, intent ->> '$.face' as face,
    intent ->> '$.user.id' as user_id, intent ->> '$.user.externalId' as user_external_id,
    intent ->> '$.user.email' as user_email, intent ->> '$.modelAsked' as model_asked,
    intent ->> '$.provider' as provider, intent ->> '$.modelServed' as model_served
  from old_intents)`;

const CALLERS_OF = (table: string): string => `
  insert or ignore into callers (key_id, key_name, user_id, team_id, organisation_id, governed_id,
    governed_external_id, governed_email, tags, face)
  select distinct key_id, key_name, '', '', '', coalesce(user_id, ''),
    coalesce(user_external_id, ''), coalesce(user_email, ''), '', face from ${table};
  insert or ignore into routes (model_asked, provider, model_served, service_tier)
  select distinct model_asked, coalesce(provider, ''), coalesce(model_served, ''), '' from ${table};`;

export const NARROW_LEDGER = `
  drop index calls_by_key;
  drop index calls_by_time;
  alter table calls rename to old_calls;
  alter table intents rename to old_intents;
  alter table prices rename to old_prices;

  create table callers (
    id integer primary key,
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
  ) strict;
  create table routes (
    id integer primary key,
    model_asked text not null,
    provider text not null,
    model_served text not null,
    service_tier text not null,
    unique (model_asked, provider, model_served, service_tier)
  ) strict;
  create table prices (
    seq integer primary key,
    id text not null unique,
    source text not null,
    price text not null
  ) strict;
  create table calls (
    seq integer primary key,
    call_id blob not null,
    attempt integer not null,
    corrects integer,
    started_at integer not null,
    caller integer not null,
    route integer not null,
    stream integer not null,
    status text not null,
    error_kind text,
    latency_ms integer not null,
    first_token_ms integer,
    provenance text,
    ${TOKEN_NAMES.map((name) => `${name} integer`).join(', ')},
    server_tools text,
    cost_pico integer,
    price integer,
    unpriced text,
    losses text,
    metadata text
  ) strict;
  create unique index calls_by_id on calls (call_id, attempt);
  create index calls_by_caller on calls (caller, seq);
  create index calls_by_time on calls (started_at);
  create table rollups (
    minutes integer not null,
    starts_at integer not null,
    caller integer not null,
    route integer not null,
    requests integer not null,
    failed integer not null,
    estimated integer not null,
    unpriced integer not null,
    ${TOKEN_NAMES.map((name) => `${name} integer not null`).join(', ')},
    cost_micro integer not null,
    cost_rest integer not null,
    primary key (minutes, starts_at, caller, route)
  ) strict, without rowid;
  create table budget_spend (
    budget_id text not null,
    window_start integer not null,
    millions integer not null,
    rest integer not null,
    primary key (budget_id, window_start)
  ) strict, without rowid;
  create table instances (
    id text primary key,
    started_at integer not null,
    heartbeat_at integer not null
  ) strict, without rowid;
  create table intents (
    call_id blob not null,
    attempt integer not null,
    instance text not null,
    started_at integer not null,
    caller integer not null,
    route integer not null,
    stream integer not null,
    input_tokens integer not null,
    output_tokens integer not null,
    claims text,
    metadata text,
    primary key (call_id, attempt)
  ) strict, without rowid;

  insert into prices (id, source, price) select id, source, price from old_prices;
  ${CALLERS_OF('old_calls')}
  ${CALLERS_OF(OLD_INTENTS)}
  insert into calls (seq, call_id, attempt, started_at, caller, route, stream, status, error_kind,
    latency_ms, first_token_ms, provenance, ${TOKENS}, server_tools, cost_pico, price, unpriced, losses)
  select old.seq, ${ID_BYTES}, old.attempt, old.started_at, callers.id, routes.id, old.stream,
    old.status, old.error_kind, old.latency_ms, old.first_token_ms, old.provenance, ${TOKENS},
    old.server_tools, old.cost_pico, prices.seq, old.unpriced, old.losses
  from old_calls as old
  join callers on ${SAME_CALLER}
  join routes on ${SAME_ROUTE}
  left join prices on prices.id = old.price_id
  order by old.seq;
  insert into intents (call_id, attempt, instance, started_at, caller, route, stream, input_tokens,
    output_tokens)
  select ${ID_BYTES}, old.attempt, '', old.started_at, callers.id, routes.id, old.stream,
    old.input_tokens, old.output_tokens
  from ${OLD_INTENTS} as old join callers on ${SAME_CALLER} join routes on ${SAME_ROUTE};
  ${rollUp(15)}
  ${rollUp(1440)}
  drop table old_calls;
  drop table old_intents;
  drop table old_prices;
  `;
