import type { Statements } from './sql.ts';

/**
 * How often a table has changed: what a process holds of it in memory is fresh while this stands. A
 * writer says so in the transaction of its change.
 */
export const raiseRevision = (tx: Statements, table: string): Promise<number> =>
  tx.run(
    `insert into revisions (name, value) values (?, 1)
     on conflict (name) do update set value = revisions.value + 1`,
    table,
  );

export async function revisionOf(db: Statements, table: string): Promise<bigint> {
  const [row] = await db.all('select value from revisions where name = ?', table);
  const value = row?.['value'];
  return typeof value === 'bigint' ? value : 0n;
}
