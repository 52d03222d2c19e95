/**
 * Texts that calls share are told apart by digests: clients choose names of models, and a B-tree takes
 * no key beyond 2.7 kB, so that one long name would have kept the ledger from being written. Looked up
 * by hash indexes, which take any length.
 */
export const SHARED_TEXTS = `
  do $$
  declare one record;
  begin
    for one in select conname, conrelid::regclass::text as relation from pg_constraint
      where contype = 'u' and conrelid in ('callers'::regclass, 'routes'::regclass)
    loop
      execute format('alter table %s drop constraint %I', one.relation, one.conname);
    end loop;
  end $$;
  create unique index callers_once on callers (key_id, face, user_id, team_id, organisation_id,
    md5(key_name), md5(governed_id), md5(governed_external_id), md5(governed_email), md5(tags));
  create index callers_by_governed on callers using hash (governed_id);
  create unique index routes_once on routes
    (md5(model_asked), md5(provider), md5(model_served), md5(service_tier), md5(model_sent));
  create index routes_by_model on routes using hash (model_asked);
`;
