import { chmodSync, statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { err, ok, type Result } from '@tollgate/core';
import { type DatabaseProblem, damaged, problemOf } from './database-problem.ts';
import { MIGRATIONS } from './migrations.ts';
import { openReader } from './open-connection.ts';
import { databasePath } from './open-database.ts';

export interface SqliteStatus {
  readonly engine: 'sqlite';
  readonly path: string;
  readonly bytes: number;
  /** Steps of the schema that were taken; as many as this program knows: nothing is to be done. */
  readonly version: number;
  readonly knownVersion: number;
  readonly calls: number;
  /** Calls under way, or left behind by a gateway that died. */
  readonly openIntents: number;
}

/** Reads without changing anything, whatever wrote it; `use` hears of what is wrong in words. */
function reading<T>(dataDir: string, use: (db: DatabaseSync) => T): Result<T, DatabaseProblem> {
  let db: DatabaseSync | undefined;
  try {
    db = openReader(databasePath(dataDir));
    const [first] = db.prepare('pragma quick_check(1)').all();
    const found = String(first?.['quick_check'] ?? 'ok');
    return found === 'ok' ? ok(use(db)) : err(damaged(found, dataDir));
  } catch (error) {
    return err(problemOf(error, dataDir));
  } finally {
    db?.close();
  }
}

/** A whole check of the file comes with it, so it takes seconds a gigabyte. */
export const sqliteStatus = (dataDir: string): Result<SqliteStatus, DatabaseProblem> =>
  reading(dataDir, (db) => {
    const figure = (table: string, expression = 'count(*)'): number => {
      const known = db
        .prepare("select 1 from sqlite_master where type = 'table' and name = ?")
        .get(table);
      if (known === undefined) return 0;
      return Number(db.prepare(`select ${expression} as n from ${table}`).get()?.['n']);
    };
    const path = databasePath(dataDir);
    return {
      engine: 'sqlite',
      path,
      bytes: statSync(path).size,
      version: figure('schema_version', 'max(version)'),
      knownVersion: MIGRATIONS.length,
      calls: figure('calls'),
      openIntents: figure('intents'),
    };
  });

/** A copy of one instant, beside a running gateway too. The file must not be there yet. */
export const backUp = (dataDir: string, file: string): Result<number, DatabaseProblem> =>
  reading(dataDir, (db) => {
    db.prepare('vacuum into ?').run(file);
    // As the database itself: it holds people's addresses and the digests of keys.
    chmodSync(file, 0o600);
    return statSync(file).size;
  });
