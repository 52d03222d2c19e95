import { Worker } from 'node:worker_threads';
import type { OutboxStore } from '../../ports/outbox-store.ts';
import type { OutboxAnswer, OutboxMethod, OutboxOrder, OutboxThreadData } from './outbox-thread.ts';

/** How long the thread may take to close its connection. */
const CLOSE_MS = 5_000;

type Result<Method extends OutboxMethod> = Awaited<ReturnType<OutboxStore[Method]>>;

interface Asked {
  resolve(value: never): void;
  reject(error: Error): void;
}

/** A thread that answers orders; one that dies fails those that wait, and the next order starts another. */
class OutboxThread {
  readonly #data: OutboxThreadData;
  readonly #asked = new Map<number, Asked>();
  #worker: Worker | undefined;
  #lastId = 0;

  constructor(data: OutboxThreadData) {
    this.#data = data;
  }

  ask<Method extends OutboxMethod>(
    method: Method,
    ...parameters: Parameters<OutboxStore[Method]>
  ): Promise<Result<Method>> {
    this.#worker ??= this.#start();
    this.#lastId += 1;
    const id = this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<Result<Method>>();
    this.#asked.set(id, { resolve, reject });
    this.#worker.postMessage({ id, method, parameters });
    return promise;
  }

  async close(): Promise<void> {
    const ending = this.#worker;
    if (ending === undefined) return;
    this.#worker = undefined;
    const end: OutboxOrder = { id: 0, method: undefined, parameters: [] };
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
      ending.postMessage(end);
    });
    this.#fail('it was closed');
  }

  #start(): Worker {
    const url = new URL('./outbox-thread.ts', import.meta.url);
    const worker = new Worker(url, { workerData: this.#data });
    worker.on('message', (answer: OutboxAnswer) => {
      const asked = this.#asked.get(answer.id);
      this.#asked.delete(answer.id);
      if (answer.ok) asked?.resolve(answer.value);
      else asked?.reject(new Error(answer.detail));
    });
    const gone = (why: string): void => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      this.#fail(why);
    };
    worker.on('error', (error) => gone(String(error)));
    worker.on('exit', (code) => gone(`exit ${code}`));
    return worker;
  }

  #fail(why: string): void {
    for (const { reject } of this.#asked.values()) {
      reject(new Error(`the outbox's thread ended: ${why}`));
    }
    this.#asked.clear();
  }
}

/**
 * The outbox in a SQLite file, in a thread of its own: neither its disk nor the ledger's commits, which
 * it waits for, hold up a call. The thread starts with the first question.
 */
export function createThreadedOutboxStore(
  data: OutboxThreadData,
): OutboxStore & { close(): Promise<void> } {
  const thread = new OutboxThread(data);
  return {
    add: (row) => thread.ask('add', row),
    addOnce: (event, rows) => thread.ask('addOnce', event, rows),
    claim: (claim) => thread.ask('claim', claim),
    noteUnusable: (batchId) => thread.ask('noteUnusable', batchId),
    settle: (batch, by) => thread.ask('settle', batch, by),
    bury: (batchId, reason) => thread.ask('bury', batchId, reason),
    expire: (channel, before) => thread.ask('expire', channel, before),
    trim: (channel, keepAtMost) => thread.ask('trim', channel, keepAtMost),
    cursor: (name) => thread.ask('cursor', name),
    release: (channel, sender) => thread.ask('release', channel, sender),
    holds: (channel) => thread.ask('holds', channel),
    states: () => thread.ask('states'),
    unacknowledged: (channel, owner) => thread.ask('unacknowledged', channel, owner),
    deadLetters: (query) => thread.ask('deadLetters', query),
    resend: (which) => thread.ask('resend', which),
    close: () => thread.close(),
  };
}
