/** Budgets, their terms in the text that people write them in. */
export const BUDGETS = `
  create table budgets (
    id text primary key,
    scope_kind text not null,
    scope_id text not null,
    created_at integer not null,
    terms text not null
  ) strict;
  `;
