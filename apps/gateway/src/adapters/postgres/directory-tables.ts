/** Whose each call is, for a database that has none of it yet: one of each stands from the beginning. */
export const DIRECTORY_TABLES = `
  create table revisions (
    name text primary key,
    value bigint not null
  );
  create table organisations (
    id text primary key,
    created_at bigint not null,
    version bigint not null,
    name text not null
  );
  create table teams (
    id text primary key,
    created_at bigint not null,
    version bigint not null,
    organisation_id text not null,
    name text not null
  );
  create index teams_by_organisation on teams (organisation_id);
  create table users (
    id text primary key,
    created_at bigint not null,
    version bigint not null,
    organisation_id text not null,
    name text not null,
    email text
  );
  create index users_by_organisation on users (organisation_id);
  insert into organisations values ('org_default', clock_ms(), 1, 'default');
  insert into teams values ('team_default', clock_ms(), 1, 'org_default', 'default');
  insert into users values ('user_default', clock_ms(), 1, 'org_default', 'default', null);

  create table keys (
    id text primary key,
    created_at bigint not null,
    version bigint not null,
    name text not null,
    role text not null,
    hint text not null,
    organisation_id text not null,
    team_id text not null,
    user_id text,
    allowed_models text,
    allowed_faces text,
    requests_per_minute bigint,
    tags text,
    metadata text,
    expires_at bigint,
    is_disabled smallint not null,
    revoked_at bigint,
    previous_until bigint
  );
  create index keys_by_age on keys (created_at, id);
  create index keys_by_team on keys (team_id);
  create index keys_by_user on keys (user_id);
  create table key_secrets (
    digest bytea primary key,
    key_id text not null,
    valid_until bigint
  );
  create index key_secrets_by_key on key_secrets (key_id);
`;
