import { err, ok, type Result } from '@tollgate/core';
import type { SqlDatabase, Statements } from '../sql/sql.ts';
import { MIGRATIONS } from './migrations.ts';

/** Why the database can't be used, and what to do about it: text for the operator. */
export interface MigrationProblem {
  readonly detail: string;
}

/** Of this program's migrations, among all that ask the database for locks. */
const LOCK = 7_036_874_417;

/**
 * Brings the schema up to date. Of several gateways that start at once the first does the work, and
 * the others find it done.
 */
export function migrate(
  db: SqlDatabase,
  steps: readonly string[] = MIGRATIONS,
): Promise<Result<void, MigrationProblem>> {
  return db.transaction(async (tx) => {
    await tx.run('select pg_advisory_xact_lock(?)', LOCK);
    await tx.run(
      `create table if not exists schema_version (
        version integer primary key, applied_at timestamptz not null default now())`,
    );
    const version = await schemaVersion(tx);
    if (version > steps.length) {
      return err({
        detail:
          `the database was written by a newer Tollgate (schema ${version}, this one knows ` +
          `${steps.length}): run that version, or choose another with storage.ledger`,
      });
    }
    for (const [index, step] of steps.entries()) {
      if (index < version) continue;
      await tx.run(step);
      await tx.run('insert into schema_version (version) values (?)', index + 1);
    }
    return ok(undefined);
  });
}

/** 0 before the first migration's steps. */
export async function schemaVersion(db: Pick<Statements, 'all'>): Promise<number> {
  const [row] = await db.all('select max(version) as version from schema_version');
  return Number(row?.['version'] ?? 0);
}
