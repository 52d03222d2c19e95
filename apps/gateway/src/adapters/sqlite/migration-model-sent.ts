/** A route has the name that its provider was asked by, where it answered by another: budgets are on that. */
export const MODEL_SENT = `
  create table new_routes (
    id integer primary key,
    model_asked text not null,
    provider text not null,
    model_served text not null,
    service_tier text not null,
    model_sent text not null,
    unique (model_asked, provider, model_served, service_tier, model_sent)
  ) strict;
  insert into new_routes select id, model_asked, provider, model_served, service_tier, '' from routes;
  drop table routes;
  alter table new_routes rename to routes;
  `;
