/** What is kept of one call for a later one, and how much of it each owner has. */
export const KEPT_TABLES = `
  create table kept (
    seq bigint generated always as identity primary key,
    kind text not null,
    owner text not null,
    id text not null,
    body text not null,
    bytes bigint not null,
    expires_at bigint not null,
    unique (kind, owner, id)
  );
  create index kept_by_age on kept (kind, owner, seq);
  create index kept_by_expiry on kept (expires_at);
  create table kept_held (
    kind text not null,
    owner text not null,
    items bigint not null,
    bytes bigint not null,
    primary key (kind, owner)
  );
  create function kept_changed() returns trigger language plpgsql as $$
  begin
    if tg_op = 'INSERT' then
      insert into kept_held (kind, owner, items, bytes) values (new.kind, new.owner, 1, new.bytes)
      on conflict (kind, owner) do update
        set items = kept_held.items + 1, bytes = kept_held.bytes + new.bytes;
    elsif tg_op = 'UPDATE' then
      update kept_held set bytes = bytes - old.bytes + new.bytes
      where kind = new.kind and owner = new.owner;
    else
      update kept_held set items = items - 1, bytes = bytes - old.bytes
      where kind = old.kind and owner = old.owner;
      delete from kept_held where kind = old.kind and owner = old.owner and items = 0;
    end if;
    return null;
  end $$;
  create trigger kept_changed after insert or update of bytes or delete on kept
    for each row execute function kept_changed();
`;
