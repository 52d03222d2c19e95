/** Budgets, their terms in the text that people write them in. */
export const BUDGET_TABLES = `
  create table budgets (
    id text primary key,
    scope_kind text not null,
    scope_id text not null,
    created_at bigint not null,
    terms text not null
  );
`;

/** A budget is changed like every record: at the version that it was read at. */
export const BUDGET_VERSIONS = `
  alter table budgets add column version bigint not null default 1;
  create index budgets_by_scope on budgets (scope_kind, scope_id);
`;
