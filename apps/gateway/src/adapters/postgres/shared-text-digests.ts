/**
 * The texts that calls share by digests for which nobody can make two names of one: of two models whose
 * names had the same MD5, the calls of the second were booked under none.
 */
export const SHARED_TEXT_DIGESTS = `
  create function digest_of(name text) returns bytea language sql immutable strict parallel safe
    as $$ select sha256(convert_to(name, 'UTF8')) $$;
  drop index callers_once;
  drop index routes_once;
  create unique index callers_once on callers (key_id, face, user_id, team_id, organisation_id,
    digest_of(key_name), digest_of(governed_id), digest_of(governed_external_id),
    digest_of(governed_email), digest_of(tags));
  create unique index routes_once on routes (digest_of(model_asked), digest_of(provider),
    digest_of(model_served), digest_of(service_tier), digest_of(model_sent));
`;
