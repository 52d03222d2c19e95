import { Worker } from 'node:worker_threads';
import type { TokenCounter } from '../../ports/token-counter.ts';
import { encodingOf } from './encoding-of.ts';
import type { CountDone, CountOrder } from './token-worker.ts';

/** Texts that may wait for the worker; beyond, the estimate is by length alone. */
const MAX_WAITING = 256;
/** Characters sent to the worker; it counts fewer, and the rest is extrapolated here. */
const LONGEST_TEXT = 65_536;
const CHARACTERS_PER_TOKEN = 4;
/** Milliseconds for a text to be counted; no call waits longer to be booked. */
const LONGEST_WAIT_MS = 10_000;

const byLength = (text: string): number => Math.ceil(text.length / CHARACTERS_PER_TOKEN);

interface Waiting {
  readonly text: string;
  readonly resolve: (tokens: number) => void;
  readonly late: NodeJS.Timeout;
}

/**
 * Tokens by OpenAI's encodings, counted in a thread that is started at the first estimate: reading an
 * encoding's tables takes 200 ms, in which no other call may stand still. Without the thread, with
 * too many waiting for it, or one too long, four characters are a token. The thread keeps the
 * process alive only while someone waits.
 */
class ThreadedCounter implements TokenCounter {
  readonly #waiting = new Map<number, Waiting>();
  readonly #longestWaitMs: number;
  #worker: Worker | undefined;
  #orders = 0;

  constructor(longestWaitMs: number) {
    this.#longestWaitMs = longestWaitMs;
  }

  count(text: string, model: string): Promise<number> {
    if (text === '') return Promise.resolve(0);
    if (this.#waiting.size >= MAX_WAITING) return Promise.resolve(byLength(text));
    const worker = this.#start();
    this.#orders += 1;
    const id = this.#orders;
    const sent = text.slice(0, LONGEST_TEXT);
    const order: CountOrder = { id, text: sent, encoding: encodingOf(model) };
    return new Promise<number>((resolve) => {
      this.#waiting.set(id, {
        text,
        resolve: (tokens) => resolve(Math.round((tokens * text.length) / sent.length)),
        // A real timer: how slow the thread is has nothing to do with the clock of a test.
        late: setTimeout(() => this.#giveUp(worker), this.#longestWaitMs),
      });
      worker.ref();
      worker.postMessage(order);
    });
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(new URL('./token-worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: 512 },
    });
    worker.on('message', ({ id, tokens }: CountDone) => {
      const waiting = this.#waiting.get(id);
      clearTimeout(waiting?.late);
      waiting?.resolve(tokens);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) worker.unref();
    });
    worker.on('error', () => this.#giveUp(worker));
    worker.on('exit', () => this.#giveUp(worker));
    this.#worker = worker;
    return worker;
  }

  /** The thread is gone or stuck: who waited gets an estimate by length, the next one a new thread. */
  #giveUp(worker: Worker): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    void worker.terminate();
    for (const { text, resolve, late } of this.#waiting.values()) {
      clearTimeout(late);
      const sent = Math.min(text.length, LONGEST_TEXT);
      resolve(Math.ceil(sent / CHARACTERS_PER_TOKEN));
    }
    this.#waiting.clear();
  }
}

/** To be closed once nothing is counted any more: a thread holds tens of megabytes of tables. */
export function createTokenCounter(
  longestWaitMs = LONGEST_WAIT_MS,
): TokenCounter & { close(): Promise<void> } {
  return new ThreadedCounter(longestWaitMs);
}
