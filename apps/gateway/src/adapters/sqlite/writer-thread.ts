import { parentPort, workerData } from 'node:worker_threads';
import type { LedgerBatch } from '../sql/ledger/batch.ts';
import {
  type BatchWriter,
  type BatchWriterOptions,
  createBatchWriter,
} from '../sql/ledger/settle.ts';
import type { SqlDatabase } from '../sql/sql.ts';
import { openConnection, type Synchronous } from './open-connection.ts';
import { createSqliteDatabase } from './sqlite-database.ts';

export interface WriterData extends BatchWriterOptions {
  readonly path: string;
  readonly synchronous: Synchronous;
}

/** A group as JSON: one text is cheaper to hand over than the objects it tells of. Absent: the end. */
export interface WriteOrder {
  readonly batch: string | undefined;
}

export type WriteDone =
  | { readonly ok: true; readonly skipped: readonly number[] }
  | { readonly ok: false; readonly detail: string };

const { path, synchronous, ...options }: WriterData = workerData;

interface Opened {
  readonly db: SqlDatabase;
  readonly writer: BatchWriter;
}
let opened: Opened | undefined;

function open(): Opened {
  const db = createSqliteDatabase(openConnection(path, synchronous));
  return { db, writer: createBatchWriter(db, options) };
}

async function done({ batch }: { readonly batch: string }): Promise<WriteDone> {
  try {
    // At each order that finds it closed: a folder that couldn't be opened may be back.
    opened ??= open();
    const parsed: LedgerBatch = JSON.parse(batch);
    return { ok: true, skipped: await opened.writer.write(parsed) };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.on('message', async ({ batch }: WriteOrder) => {
  if (batch === undefined) {
    await opened?.db.close();
    parentPort?.close();
    return;
  }
  parentPort?.postMessage(await done({ batch }));
});
