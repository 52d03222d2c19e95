import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { err, ok, type Result } from '@tollgate/core';
import { type DatabaseProblem, damaged, problemOf } from './database-problem.ts';
import { MIGRATIONS } from './migrations.ts';
import { openConnection, type Synchronous } from './open-connection.ts';

const FILE = 'tollgate.db';
/** Files up to this size are checked whole when they are opened: milliseconds. */
const CHECKED_BYTES = 32 * 1024 * 1024;

export const databasePath = (dataDir: string): string => join(dataDir, FILE);

const versionOf = (db: DatabaseSync): number => {
  const row = db.prepare('select max(version) as version from schema_version').get();
  return typeof row?.['version'] === 'number' ? row['version'] : 0;
};

function harmOf(db: DatabaseSync): string | undefined {
  const [first] = db.prepare('pragma quick_check(1)').all();
  const found = String(first?.['quick_check'] ?? 'ok');
  return found === 'ok' ? undefined : found;
}

function migrate(db: DatabaseSync): Result<void, DatabaseProblem> {
  // The lock is taken before the version is read: of two processes that start at once, the second
  // finds the work done.
  db.exec('begin immediate');
  db.exec(
    'create table if not exists schema_version (version integer primary key, applied_at text not null) strict',
  );
  const version = versionOf(db);
  if (version > MIGRATIONS.length) {
    db.exec('rollback');
    return err({
      detail:
        `the data folder was written by a newer Tollgate (schema ${version}, this one knows ` +
        `${MIGRATIONS.length}): run that version, or choose another data folder`,
    });
  }
  const applied = db.prepare("insert into schema_version values (?, datetime('now'))");
  for (const [index, step] of MIGRATIONS.entries()) {
    if (index < version) continue;
    db.exec(step);
    applied.run(index + 1);
  }
  db.exec('commit');
  return ok(undefined);
}

/**
 * Opens, and makes where needed, the database of a data folder, with the schema brought up to date.
 * Several processes may have it open. The opener closes it. A key that was revoked must stay so after a
 * power cut, so commits reach the disk unless told otherwise.
 */
export function openDatabase(
  dataDir: string,
  synchronous: Synchronous = 'full',
): Result<DatabaseSync, DatabaseProblem> {
  let db: DatabaseSync | undefined;
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const path = databasePath(dataDir);
    db = openConnection(path, synchronous);
    chmodSync(path, 0o600);
    const harm = statSync(path).size > CHECKED_BYTES ? undefined : harmOf(db);
    if (harm !== undefined) {
      db.close();
      return err(damaged(harm, dataDir));
    }
    const migrated = migrate(db);
    if (migrated.ok) return ok(db);
    db.close();
    return migrated;
  } catch (error) {
    db?.close();
    return err(problemOf(error, dataDir));
  }
}
