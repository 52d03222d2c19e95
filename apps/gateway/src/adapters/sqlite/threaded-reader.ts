import { Worker } from 'node:worker_threads';
import type { SqlReader, SqlRow } from '../sql/sql.ts';
import type { ReadDone, ReadOrder } from './reader-thread.ts';

/** Reports that may wait for the thread; beyond, they are refused. */
const MOST_WAITING = 100;
/** No report takes longer; one that does ends with its thread. */
const LONGEST_MS = 60_000;

interface Waiting extends PromiseWithResolvers<readonly SqlRow[]> {
  readonly late: NodeJS.Timeout;
}

/** Reads in a thread of its own, started at the first report: a long one holds up no call. */
export function createThreadedReader(path: string): SqlReader & { close(): Promise<void> } {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let orders = 0;

  const end = (dead: Worker, why: string): void => {
    if (worker !== dead) return;
    worker = undefined;
    void dead.terminate();
    for (const { late, reject } of waiting.values()) {
      clearTimeout(late);
      reject(new Error(`the reports' thread ended: ${why}`));
    }
    waiting.clear();
  };

  const start = (): Worker => {
    const started = new Worker(new URL('./reader-thread.ts', import.meta.url), {
      workerData: { path },
    });
    started.on('message', (done: ReadDone) => {
      const one = waiting.get(done.id);
      waiting.delete(done.id);
      // It keeps the process alive only while someone waits.
      if (waiting.size === 0) started.unref();
      clearTimeout(one?.late);
      if ('rows' in done) one?.resolve(done.rows);
      else one?.reject(new Error(done.detail));
    });
    started.on('error', (error) => end(started, String(error)));
    started.on('exit', (code) => end(started, `exit ${code}`));
    return started;
  };

  return {
    engine: 'sqlite',
    all(sql, ...parameters) {
      if (waiting.size >= MOST_WAITING) {
        return Promise.reject(new Error('too many reports are being made'));
      }
      worker ??= start();
      const reading = worker;
      orders += 1;
      const late = setTimeout(() => end(reading, 'a report took too long'), LONGEST_MS);
      const one = { ...Promise.withResolvers<readonly SqlRow[]>(), late };
      waiting.set(orders, one);
      reading.ref();
      const order: ReadOrder = { id: orders, sql, parameters };
      reading.postMessage(order);
      return one.promise;
    },
    async close() {
      const ending = worker;
      if (ending === undefined) return;
      end(ending, 'it was closed');
      await ending.terminate();
    },
  };
}
