/** A key says for how many seconds bodies of its calls are kept; null: not at all. On either engine. */
export const STORE_BODIES = 'alter table keys add column store_bodies_s integer;';
