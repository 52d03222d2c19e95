import {
  failedIncrements,
  MAX_ZION_INCREMENTS,
  type ZionIncrement,
} from '@tollgate/core/governance';
import type { Clock, Timer } from '../../ports/clock.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Log } from '../../ports/log.ts';
import type {
  OutboxBatch,
  OutboxItem,
  OutboxOutcome,
  OutboxStore,
} from '../../ports/outbox-store.ts';
import type { ZionClient, ZionFailure } from './zion-client.ts';

export interface ZionOutboxOptions {
  readonly store: OutboxStore;
  readonly client: ZionClient;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** How long the first item of a batch waits for company. */
  readonly lingerMs?: number;
}

/** Tells Zion what its users spent, at Zion's pace. */
export interface ZionOutbox {
  /** Something was put into the store. */
  wake(): void;
  /** Sends what is waiting until nothing is, a sending fails, or the time is up. */
  flush(deadlineMs: number): Promise<void>;
  /** Stops; a sending that is under way is cut, and repeated under its key at the next start. */
  close(): Promise<void>;
}

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;
/** Sendings of a batch whose replies can't be read before it is given up: it may have been counted. */
const MAX_UNREADABLE = 3;
/** Zion refuses the batch's content, so nothing of it was counted. */
const CONTENT_REFUSED: readonly number[] = [400, 413, 422];

type Step = 'empty' | 'again' | 'later';

export function toIncrement(item: OutboxItem): ZionIncrement {
  return {
    email: item.email,
    ...(item.inputTokens > 0 ? { aiInputTokens: item.inputTokens } : {}),
    ...(item.outputTokens > 0 ? { aiOutputTokens: item.outputTokens } : {}),
    ...(item.requests > 0 ? { aiRequests: item.requests } : {}),
    ...(item.model === undefined ? {} : { model: item.model }),
    timestamp: new Date(item.at).toISOString(),
  };
}

const all = (batch: OutboxBatch, outcome: OutboxOutcome): OutboxOutcome[] =>
  batch.items.map(() => outcome);

class SingleSender implements ZionOutbox {
  readonly #options: ZionOutboxOptions;
  readonly #stop = new AbortController();
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  #isWoken = false;
  /** In a row; reset by a success, and by a start since it isn't stored. */
  #failures = 0;
  /** Shrinks while Zion refuses a batch's content, until the item it refuses stands alone. */
  #maxItems = MAX_ZION_INCREMENTS;

  constructor(options: ZionOutboxOptions) {
    this.#options = options;
    // What an earlier run left behind.
    this.wake();
  }

  wake(): void {
    this.#isWoken = true;
    if (this.#failures === 0) this.#schedule(this.#options.lingerMs ?? 100);
  }

  async flush(deadlineMs: number): Promise<void> {
    const stop = new AbortController();
    const deadline = this.#options.clock.schedule(deadlineMs, () => stop.abort());
    try {
      if (this.#running !== undefined) await this.#running;
      await this.#run(stop.signal);
    } finally {
      deadline.cancel();
    }
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#running;
  }

  #schedule(delayMs: number): void {
    if (this.#stop.signal.aborted || this.#running !== undefined) return;
    this.#timer ??= this.#options.clock.schedule(delayMs, () => {
      this.#timer = undefined;
      void this.#run(this.#stop.signal);
    });
  }

  #run(signal: AbortSignal): Promise<void> {
    if (this.#running !== undefined) return this.#running;
    if (this.#stop.signal.aborted) return Promise.resolve();
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#running = this.#drain(AbortSignal.any([signal, this.#stop.signal])).finally(() => {
      this.#running = undefined;
      if (this.#failures > 0) this.#schedule(this.#retryDelay());
      else if (this.#isWoken) this.#schedule(this.#options.lingerMs ?? 100);
    });
    return this.#running;
  }

  async #drain(signal: AbortSignal): Promise<void> {
    let step: Step = 'again';
    while (step === 'again' && !signal.aborted) step = await this.#step(signal);
  }

  async #step(signal: AbortSignal): Promise<Step> {
    const { store, client, ids, log } = this.#options;
    try {
      this.#isWoken = false;
      const batch = store.nextBatch(this.#maxItems, () => ids.callId());
      if (batch === undefined) {
        this.#failures = 0;
        return 'empty';
      }
      store.noteAttempt(batch.id);
      const answer = await client.increment(
        batch.items.map(toIncrement),
        batch.idempotencyKey,
        signal,
      );
      if (!answer.ok && signal.aborted) {
        this.#isWoken = true;
        return 'later';
      }
      if (!answer.ok) return this.#refused(batch, answer.error);
      return this.#settle(batch, failedIncrements(answer.value, batch.items));
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      log.error({ component: 'outbox', detail }, 'usage could not be read or settled');
      this.#failures += 1;
      return 'later';
    }
  }

  #settle(batch: OutboxBatch, failed: readonly number[] | undefined): Step {
    const { store, log } = this.#options;
    const items = batch.items.length;
    if (failed === undefined) {
      // Sent again, what was counted would be counted twice; so it waits for a person.
      log.error({ items }, 'Zion does not tell which items of a batch it refused: kept as dead');
      store.settle(batch.id, all(batch, 'dead'));
      return 'again';
    }
    const places = new Set(failed);
    store.settle(
      batch.id,
      batch.items.map((_item, place) => (places.has(place) ? 'failed' : 'sent')),
    );
    this.#maxItems = Math.min(this.#maxItems * 2, MAX_ZION_INCREMENTS);
    if (places.size < items) this.#failures = 0;
    if (places.size === 0) return 'again';
    log.warn({ items, failed: places.size }, 'Zion refused items of a batch');
    this.#failures += 1;
    return 'later';
  }

  #refused(batch: OutboxBatch, failure: ZionFailure): Step {
    const { store, log } = this.#options;
    const items = batch.items.length;
    const attempts = batch.attempts + 1;
    if (failure.kind === 'refused' && CONTENT_REFUSED.includes(failure.status)) {
      log.warn({ items, status: failure.status }, 'Zion refused a batch');
      if (items === 1) {
        store.settle(batch.id, ['failed']);
        this.#failures += 1;
        return 'later';
      }
      store.settle(batch.id, all(batch, 'again'));
      this.#maxItems = Math.ceil(items / 2);
      return 'again';
    }
    this.#failures += 1;
    if (failure.kind === 'invalid' && attempts >= MAX_UNREADABLE) {
      log.error({ items, attempts }, "Zion's replies to a batch can't be read: kept as dead");
      store.settle(batch.id, all(batch, 'dead'));
      return 'later';
    }
    const status = failure.kind === 'refused' ? failure.status : undefined;
    if (this.#failures === 1) {
      log.warn({ items, status, kind: failure.kind }, 'usage waits: Zion does not take it');
    }
    return 'later';
  }

  #retryDelay(): number {
    const growth = 2 ** Math.min(this.#failures - 1, 16);
    const full = Math.min(FIRST_RETRY_MS * growth, LONGEST_RETRY_MS);
    return Math.round(full * (0.5 + this.#options.ids.random() / 2));
  }
}

/** One sender a store. Batches go one after another, each until Zion has answered for it. */
export function createZionOutbox(options: ZionOutboxOptions): ZionOutbox {
  return new SingleSender(options);
}
