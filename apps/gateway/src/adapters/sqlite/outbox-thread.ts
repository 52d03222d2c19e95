import { parentPort, workerData } from 'node:worker_threads';
import type { OutboxStore } from '../../ports/outbox-store.ts';
import type { SqlDatabase } from '../sql/sql.ts';
import { createOutboxStore } from '../sql/sql-outbox-store.ts';
import { openConnection } from './open-connection.ts';
import { createSqliteDatabase } from './sqlite-database.ts';

export type OutboxMethod = keyof OutboxStore;

/** A call of the store's in another thread. Without a method: the end. */
export interface OutboxOrder {
  readonly id: number;
  readonly method: OutboxMethod | undefined;
  /** The method's own; whoever asks has checked them. */
  readonly parameters: never[];
}

export type OutboxAnswer =
  | { readonly id: number; readonly ok: true; readonly value: never }
  | { readonly id: number; readonly ok: false; readonly detail: string };

/** The database's file, whose schema is up to date. */
export interface OutboxThreadData {
  readonly path: string;
}

const { path }: OutboxThreadData = workerData;

let opened: { readonly db: SqlDatabase; readonly store: OutboxStore } | undefined;

function open() {
  // A batch is sent once its fixing has reached the disk: after a power cut too its key must be known.
  const db = createSqliteDatabase(openConnection(path, 'full'));
  return { db, store: createOutboxStore(db) };
}

parentPort?.on('message', async ({ id, method, parameters }: OutboxOrder) => {
  if (method === undefined) {
    await opened?.db.close();
    parentPort?.close();
    return;
  }
  try {
    // At each order that finds it closed: a folder that couldn't be opened may be back.
    opened ??= open();
    const call: (...given: never[]) => Promise<unknown> = opened.store[method];
    parentPort?.postMessage({ id, ok: true, value: await call(...parameters) });
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    parentPort?.postMessage({ id, ok: false, detail });
  }
});
