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
