import type { Clock, Timer } from '../../ports/clock.ts';
import type { Ids } from '../../ports/ids.ts';
import type { Log } from '../../ports/log.ts';
import type { Outbox } from '../../ports/outbox.ts';
import type { OutboxBatch, OutboxStore } from '../../ports/outbox-store.ts';
import type { OutboxChannel, Sending } from './outbox-channel.ts';

export interface OutboxSenderOptions {
  readonly store: OutboxStore;
  readonly channel: OutboxChannel;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** This gateway among those that share the store. Absent: it has the store for itself. */
  readonly sender?: string;
  /** How long the first item of a batch waits for company. */
  readonly lingerMs?: number;
}

const LINGER_MS = 100;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
/** Nobody is believed who asks for a longer pause. */
const LONGEST_TOLD_MS = 3_600_000;
/** Longer than any sending: a batch of a gateway that died is taken over after it. */
const LEASE_MS = 90_000;
/** How often it looks for what nobody wakes it for: a dead gateway's batches, dead letters sent again. */
const LOOK_MS = 10_000;

/** Failures from one look at how many wait to the next. */
const TRIM_EACH = 10;

type Step = 'empty' | 'again' | 'later';

class ChannelSender implements Outbox {
  readonly #options: OutboxSenderOptions;
  readonly #sender: string;
  readonly #lingerMs: number;
  readonly #stop = new AbortController();
  #timer: { readonly timer: Timer; readonly dueAt: number } | undefined;
  #running: Promise<void> | undefined;
  #isWoken = false;
  /** Whether what waits may become its to send though nobody wakes it. */
  #looksAgain = false;
  /** In a row; reset by a success, and by a start since it isn't stored. */
  #failures = 0;
  /** Until when the other side asked to be left alone. */
  #quietUntil = 0;

  constructor(options: OutboxSenderOptions) {
    this.#options = options;
    this.#sender = options.sender ?? 'gateway';
    this.#lingerMs = options.lingerMs ?? LINGER_MS;
    // What an earlier run left behind.
    this.wake();
  }

  wake(): void {
    this.#isWoken = true;
    if (this.#failures === 0) this.#schedule(this.#lingerMs);
  }

  async flush(deadlineMs: number): Promise<void> {
    const stop = new AbortController();
    const deadline = this.#options.clock.schedule(deadlineMs, () => stop.abort());
    try {
      if (this.#running !== undefined) await this.#running;
      if (this.#options.clock.now() >= this.#quietUntil) await this.#run(stop.signal);
    } finally {
      deadline.cancel();
    }
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#timer?.timer.cancel();
    this.#timer = undefined;
    await this.#running;
    await this.#options.channel.close?.();
    await this.#release();
  }

  /** Best effort: where it fails, the lease ends by itself. */
  async #release(): Promise<void> {
    const { store, channel } = this.#options;
    await store.release(channel.name, this.#sender).catch(() => undefined);
  }

  #schedule(delayMs: number): void {
    const { clock } = this.#options;
    if (this.#stop.signal.aborted || this.#running !== undefined) return;
    const dueAt = clock.monotonic() + delayMs;
    if (this.#timer !== undefined && this.#timer.dueAt <= dueAt) return;
    this.#timer?.timer.cancel();
    const timer = clock.schedule(delayMs, () => {
      this.#timer = undefined;
      void this.#run(this.#stop.signal);
    });
    this.#timer = { timer, dueAt };
  }

  #run(signal: AbortSignal): Promise<void> {
    if (this.#running !== undefined) return this.#running;
    if (this.#stop.signal.aborted) return Promise.resolve();
    this.#timer?.timer.cancel();
    this.#timer = undefined;
    this.#running = this.#drain(AbortSignal.any([signal, this.#stop.signal])).finally(() => {
      this.#running = undefined;
      if (this.#failures > 0) this.#schedule(this.#retryDelay());
      else if (this.#isWoken) this.#schedule(this.#lingerMs);
      else if (this.#looksAgain) this.#schedule(LOOK_MS);
    });
    return this.#running;
  }

  async #drain(signal: AbortSignal): Promise<void> {
    let step: Step = 'again';
    while (step === 'again' && !signal.aborted) step = await this.#step(signal);
  }

  async #step(signal: AbortSignal): Promise<Step> {
    const { store, channel, clock, ids, log } = this.#options;
    try {
      this.#isWoken = false;
      const batch = await store.claim({
        channel: channel.name,
        sender: this.#sender,
        maxItems: channel.maxItems(),
        leaseMs: LEASE_MS,
        newKey: ids.callId(),
        now: clock.now(),
      });
      if (batch === undefined) {
        this.#failures = 0;
        const { sender } = this.#options;
        this.#looksAgain = sender !== undefined || (await store.holds(channel.name));
        return 'empty';
      }
      const sending = await channel.send(batch, signal);
      if (sending.type === 'later' && signal.aborted) {
        this.#isWoken = true;
        return 'later';
      }
      return await this.#note(batch, sending);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      log.error({ component: 'outbox', dependency: channel.name, detail }, BROKEN);
      this.#failures += 1;
      // Another gateway may do better: one that can write where this one can't.
      await this.#release();
      return 'later';
    }
  }

  async #note(batch: OutboxBatch, sending: Sending): Promise<Step> {
    const { store, clock } = this.#options;
    switch (sending.type) {
      case 'settled': {
        const { outcomes, next, cursor } = sending;
        await store.settle(batch, { sender: this.#sender, outcomes, cursor });
        if (outcomes.includes('sent')) this.#failures = 0;
        if (next === 'later') this.#failures += 1;
        return next;
      }
      case 'buried':
        this.#failures += 1;
        await store.bury(batch.id, sending.reason);
        return 'later';
      case 'later': {
        this.#failures += 1;
        if (sending.isUnusable === true) await store.noteUnusable(batch.id);
        const told = Math.min(sending.retryAfterMs ?? 0, LONGEST_TOLD_MS);
        this.#quietUntil = told === 0 ? 0 : clock.now() + told;
        this.#tell(batch);
        await this.#giveUp(batch);
        return 'later';
      }
    }
  }

  #tell({ items }: OutboxBatch): void {
    const { channel, log } = this.#options;
    if (this.#failures !== 1) return;
    log.warn({ component: 'outbox', dependency: channel.name, items: items.length }, WAITS);
  }

  /** What waited too long becomes a dead letter, and old dead letters go, where the channel says so. */
  async #giveUp(batch: OutboxBatch): Promise<void> {
    const { store, channel, clock, log } = this.#options;
    const { name, giveUpAfterMs, keepAtMost } = channel;
    if (giveUpAfterMs === undefined) return;
    const before = clock.now() - giveUpAfterMs;
    if (batch.items.every(({ at }) => at < before)) {
      const outcomes = batch.items.map(() => 'again' as const);
      await store.settle(batch, { sender: this.#sender, outcomes });
    }
    const items = await store.expire(name, before);
    const fields = { component: 'outbox', dependency: name };
    if (items > 0) log.warn({ ...fields, items }, 'given up: nobody took them');
    // Counting them takes a second where there are many: not at each try.
    if (keepAtMost === undefined || this.#failures % TRIM_EACH !== 0) return;
    const forgotten = await store.trim(name, keepAtMost);
    if (forgotten > 0) log.warn({ ...fields, items: forgotten }, 'forgotten: too many wait');
  }

  /** Spread over half of its length, so that gateways which wait for the same don't come at once. */
  #retryDelay(): number {
    const growth = 2 ** Math.min(this.#failures - 1, 16);
    const full = Math.min(FIRST_RETRY_MS * growth, LONGEST_RETRY_MS);
    const delay = Math.round(full * (0.5 + this.#options.ids.random() / 2));
    return Math.max(delay, this.#quietUntil - this.#options.clock.now());
  }
}

const BROKEN = 'what waits could not be read, written or settled';
const WAITS = 'what is to be told waits: the other side does not take it';

/** Sends what waits in one channel: batches one after another, each until it has been answered for. */
export function createOutboxSender(options: OutboxSenderOptions): Outbox {
  return new ChannelSender(options);
}
