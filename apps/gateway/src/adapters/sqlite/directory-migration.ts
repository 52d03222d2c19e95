/** Whose each call is: one of each for what stands already, and keys apart from their secrets. */
export const DIRECTORY = `
  create table revisions (
    name text primary key,
    value integer not null
  ) strict, without rowid;

  create table organisations (
    id text primary key,
    created_at integer not null,
    version integer not null,
    name text not null
  ) strict;
  create table teams (
    id text primary key,
    created_at integer not null,
    version integer not null,
    organisation_id text not null,
    name text not null
  ) strict;
  create index teams_by_organisation on teams (organisation_id);
  create table users (
    id text primary key,
    created_at integer not null,
    version integer not null,
    organisation_id text not null,
    name text not null,
    email text
  ) strict;
  create index users_by_organisation on users (organisation_id);
  insert into organisations values ('org_default', unixepoch() * 1000, 1, 'default');
  insert into teams values ('team_default', unixepoch() * 1000, 1, 'org_default', 'default');
  insert into users values ('user_default', unixepoch() * 1000, 1, 'org_default', 'default', null);

  create table key_secrets (
    digest blob primary key,
    key_id text not null,
    valid_until integer
  ) strict, without rowid;
  create index key_secrets_by_key on key_secrets (key_id);
  insert into key_secrets select digest, id, null from keys where revoked_at is null;

  alter table keys rename to old_keys;
  create table keys (
    id text primary key,
    created_at integer not null,
    version integer not null,
    name text not null,
    role text not null,
    hint text not null,
    organisation_id text not null,
    team_id text not null,
    user_id text,
    allowed_models text,
    allowed_faces text,
    requests_per_minute integer,
    tags text,
    metadata text,
    expires_at integer,
    is_disabled integer not null,
    revoked_at integer,
    previous_until integer
  ) strict;
  insert into keys select
    id, created_at, 1, name, role, hint, 'org_default', 'team_default', 'user_default',
    allowed_models, allowed_faces, requests_per_minute, null, null, null, 0, revoked_at, null
  from old_keys;
  drop table old_keys;
  create index keys_by_age on keys (created_at, id);
  create index keys_by_team on keys (team_id);
  create index keys_by_user on keys (user_id);
  `;
