/** A route has the name that its provider was asked by, where it answered by another: budgets are on that. */
export const MODEL_SENT = `
  alter table routes add column model_sent text not null default '';
  alter table routes
    drop constraint routes_model_asked_provider_model_served_service_tier_key;
  alter table routes
    add unique (model_asked, provider, model_served, service_tier, model_sent);
`;
