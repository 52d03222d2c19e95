import { Worker } from 'node:worker_threads';
import type { BatchWriter } from '../sql/ledger/settle.ts';
import type { WriteDone, WriteOrder, WriterData } from './writer-thread.ts';

/** How long the thread may take to close its connection. */
const CLOSE_MS = 5_000;

/** Writes batches in a thread of its own, where waiting for the disk holds up no call. */
export interface ThreadedWriter extends BatchWriter {
  close(): Promise<void>;
}

/** One batch at a time. A thread that dies fails its batch, and the next batch starts another thread. */
export function createThreadedWriter(data: WriterData): ThreadedWriter {
  let worker: Worker | undefined;
  let waiting: PromiseWithResolvers<readonly number[]> | undefined;

  const gone = (dead: Worker, why: string): void => {
    if (worker !== dead) return;
    worker = undefined;
    waiting?.reject(new Error(`the ledger's thread ended: ${why}`));
    waiting = undefined;
  };

  const start = (): Worker => {
    const started = new Worker(new URL('./writer-thread.ts', import.meta.url), {
      workerData: data,
    });
    started.on('message', (done: WriteDone) => {
      if (done.ok) waiting?.resolve(done.skipped);
      else waiting?.reject(new Error(done.detail));
      waiting = undefined;
    });
    started.on('error', (error) => gone(started, String(error)));
    started.on('exit', (code) => gone(started, `exit ${code}`));
    return started;
  };

  return {
    write(batch) {
      worker ??= start();
      waiting = Promise.withResolvers();
      const order: WriteOrder = { batch: JSON.stringify(batch) };
      worker.postMessage(order);
      return waiting.promise;
    },
    async close() {
      const ending = worker;
      if (ending === undefined) return;
      worker = undefined;
      await new Promise<void>((resolve) => {
        // One that waits for its disk can't even be ended before the disk answers: it is left behind.
        const late = setTimeout(() => {
          void ending.terminate();
          resolve();
        }, CLOSE_MS);
        ending.once('exit', () => {
          clearTimeout(late);
          resolve();
        });
        const order: WriteOrder = { batch: undefined };
        ending.postMessage(order);
      });
    },
  };
}
