import { DAY_MS } from '@tollgate/core';
import type { SqlDatabase } from '../sql/sql.ts';

/** So early before a month begins its table is made. */
const AHEAD_MS = 7 * DAY_MS;
/** Of those who make tables of months, among all that ask the database for locks. */
const LOCK = 7_036_874_418;

export interface CallPartitions {
  /** Sees to it that calls which started at these times have a table, and soon those of next month. */
  ensure(starts: readonly number[], now: number): Promise<void>;
}

interface Month {
  readonly table: string;
  readonly from: number;
  readonly to: number;
}

/** The tables of months that calls lie in; each is asked for once a process. */
export function createCallPartitions(db: Pick<SqlDatabase, 'transaction'>): CallPartitions {
  const made = new Set<string>();
  return {
    async ensure(starts, now) {
      for (const start of [...starts, now, now + AHEAD_MS]) {
        const month = monthOf(start);
        if (made.has(month.table)) continue;
        await make(db, month);
        made.add(month.table);
      }
    },
  };
}

function monthOf(at: number): Month {
  const date = new Date(at);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return {
    table: `calls_${date.toISOString().slice(0, 7).replace(/\D/g, '_')}`,
    from: Date.UTC(year, month),
    to: Date.UTC(year, month + 1),
  };
}

/** Made beside the others and then attached: in contrast to making it in place, readers go on. */
async function make(
  db: Pick<SqlDatabase, 'transaction'>,
  { table, from, to }: Month,
): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.run('select pg_advisory_xact_lock(?)', LOCK);
    const known = await tx.all('select 1 from pg_class where oid = to_regclass(?)', table);
    if (known.length > 0) return;
    await tx.run(`create table ${table} (like calls including all)`);
    await tx.run(
      `alter table calls attach partition ${table} for values from (${from}) to (${to})`,
    );
  });
}
