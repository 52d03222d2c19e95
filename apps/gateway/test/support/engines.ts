import { createPostgres, engineTitle, missingPostgres } from '@tollgate/testkit';
import { migrate } from '../../src/adapters/postgres/migrate.ts';
import { createPostgresDatabase } from '../../src/adapters/postgres/postgres-database.ts';
import type { SqlDatabase } from '../../src/adapters/sql/sql.ts';
import { openDatabase } from '../../src/adapters/sqlite/open-database.ts';
import { createSqliteDatabase } from '../../src/adapters/sqlite/sqlite-database.ts';
import { tempDir } from '../../src/adapters/test-support/temp-dir.ts';

export interface OpenedEngine extends AsyncDisposable {
  readonly db: SqlDatabase;
}

/** A database that stores are held against: empty, with the schema of this program. */
export interface TestedEngine {
  readonly name: SqlDatabase['engine'];
  /** Why this machine can't test it. */
  readonly missing: string | undefined;
  open(): Promise<OpenedEngine>;
}

async function openSqlite(): Promise<OpenedEngine> {
  const dir = tempDir();
  const opened = openDatabase(dir.path);
  if (!opened.ok) throw new Error(opened.error.detail);
  const db = createSqliteDatabase(opened.value);
  return {
    db,
    [Symbol.asyncDispose]: async () => {
      await db.close();
      dir[Symbol.dispose]();
    },
  };
}

async function openPostgres(): Promise<OpenedEngine> {
  const server = await createPostgres();
  const db = createPostgresDatabase({ url: server.url });
  const migrated = await migrate(db);
  if (!migrated.ok) throw new Error(migrated.error.detail);
  return {
    db,
    [Symbol.asyncDispose]: async () => {
      await db.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

export const testedEngines = async (): Promise<readonly TestedEngine[]> => [
  { name: 'sqlite', missing: undefined, open: openSqlite },
  { name: 'postgres', missing: await missingPostgres(), open: openPostgres },
];

/** The title of a suite that runs on each. */
export const onEngine = (title: string, { name, missing }: TestedEngine): string =>
  engineTitle(`${title} on ${name}`, missing);
