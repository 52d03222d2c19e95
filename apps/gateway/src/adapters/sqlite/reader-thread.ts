import { parentPort, workerData } from 'node:worker_threads';
import type { SqlDatabase, SqlRow, SqlValue } from '../sql/sql.ts';
import { openReader } from './open-connection.ts';
import { createSqliteDatabase } from './sqlite-database.ts';

export interface ReadOrder {
  readonly id: number;
  readonly sql: string;
  readonly parameters: readonly SqlValue[];
}

export type ReadDone =
  | { readonly id: number; readonly rows: readonly SqlRow[] }
  | { readonly id: number; readonly detail: string };

const { path }: { readonly path: string } = workerData;
let db: SqlDatabase | undefined;

parentPort?.on('message', async ({ id, sql, parameters }: ReadOrder) => {
  try {
    db ??= createSqliteDatabase(openReader(path));
    const rows = await db.all(sql, ...parameters);
    parentPort?.postMessage({ id, rows } satisfies ReadDone);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    parentPort?.postMessage({ id, detail } satisfies ReadDone);
  }
});
