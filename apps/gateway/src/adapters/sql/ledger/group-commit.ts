import type { Estimated, Intent, UsageEvent } from '@tollgate/core/usage';
import type { Booking, LedgerListener } from '../../../ports/ledger.ts';
import type { Log } from '../../../ports/log.ts';
import type { EventJournal } from '../../files/event-journal.ts';
import {
  type BatchedEvent,
  type BatchedIntent,
  chargesOfText,
  type LedgerBatch,
  textCharges,
} from './batch.ts';
import type { BatchWriter } from './settle.ts';

export interface GroupCommitOptions {
  readonly writer: BatchWriter;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly log?: Log;
  /** Keeps events while the database can't be written, for the process after this one. */
  readonly journal?: EventJournal;
  /** Told of an event whose call stands booked already. */
  readonly onStanding?: (event: UsageEvent) => void;
  /** Events of one commit; at this many that wait, the commit happens at once. */
  readonly maxBatch?: number;
  /** Events kept while the database can't be written; beyond, new ones are lost and counted. */
  readonly maxHeld?: number;
  /** A commit that takes longer is taken for a database that hangs. */
  readonly lateMs?: number;
}

/** How long events wait for company. A commit costs as much for fifty as for one. */
const GROUP_MS = 10;
/** Calls wait for their intents: at once after a pause, under load at most this long for company. */
const INTENT_GROUP_MS = 1;
const RETRY_MS = 1_000;
const LATE_MS = 5_000;
/** Calls that may wait for their intents at once; beyond, the ledger is behind, and refuses. */
const MOST_INTENDED = 10_000;

interface Intended extends BatchedIntent {
  readonly resolve: (isDurable: boolean) => void;
}

interface Group {
  readonly intended: readonly Intended[];
  readonly extended: ReadonlyMap<string, Estimated>;
  readonly batch: LedgerBatch;
  /** Its calls were told no: its end tells nobody any more. */
  isLate: boolean;
}

/**
 * Gathers what calls write into groups, one commit at a time: what comes meanwhile is the next group.
 * While the database refuses or hangs, calls are refused at once, and events wait in memory and in the
 * journal, in bounds. Their intents are durable, so that even without a journal no call is lost.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  readonly #maxBatch: number;
  readonly #maxHeld: number;
  readonly #listeners = new Set<LedgerListener>();
  #intended: Intended[] = [];
  #extended = new Map<string, Estimated>();
  #withdrawn: string[] = [];
  #events: BatchedEvent[] = [];
  readonly #journaled = new Set<BatchedEvent>();
  #group: Group | undefined;
  #done = Promise.resolve();
  #turn: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #committedAt = Number.NEGATIVE_INFINITY;
  #problem: string | undefined;
  #lost = 0;
  #isClosed = false;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
    this.#maxBatch = options.maxBatch ?? 1_000;
    this.#maxHeld = options.maxHeld ?? 100_000;
  }

  /** Why the database can't be written; undefined while it takes what it is given. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Events that will never be written. */
  get lost(): number {
    return this.#lost;
  }

  intend({ claims, ...intent }: Intent): Promise<boolean> {
    // A database that just refused is asked again by the timer alone: each try may take seconds.
    const isRefusing = this.#isClosed || this.#problem !== undefined;
    if (isRefusing || this.#intended.length >= MOST_INTENDED) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#intended.push({ intent, claims: textCharges(claims), resolve });
      if (this.#intended.length === 1) this.#scheduleIntents();
    });
  }

  extend(callId: string, stands: Estimated): void {
    if (this.#isClosed) return;
    this.#extended.set(callId, stands);
    this.#schedule(GROUP_MS);
  }

  record(event: UsageEvent, { price, charges, isLost }: Booking): boolean {
    const held = this.#events.length + (this.#group?.batch.events.length ?? 0);
    if (this.#isClosed || held >= this.#maxHeld) {
      const { callId } = event;
      if (this.#isClosed)
        this.#options.log?.error({ call: callId }, 'a call ended after the ledger');
      this.#lost += 1;
      return false;
    }
    this.#extended.delete(event.callId);
    const batched = { event, price, charges: textCharges(charges), isLost };
    this.#events.push(batched);
    if (this.#problem !== undefined) this.#keep([batched]);
    const isFull = this.#problem === undefined && this.#events.length >= this.#maxBatch;
    this.#schedule(isFull ? 0 : GROUP_MS);
    return true;
  }

  /** Books what a process before this one left in the journal. */
  async recover(): Promise<void> {
    const left = this.#options.journal?.read() ?? [];
    if (left.length === 0) return;
    this.#options.log?.info({ events: left.length }, 'usage of the journal is booked');
    this.#events.push(...left);
    for (const one of left) this.#journaled.add(one);
    await this.flush();
  }

  subscribe(listener: LedgerListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** False: the database refuses, or does not answer, and something waits. */
  async flush(): Promise<boolean> {
    do {
      await this.#commit();
      if (this.#problem !== undefined) return false;
    } while (this.#waits());
    return true;
  }

  /** Has this gateway heard of, though it has nothing to write. False: the database refuses, or hangs. */
  async beat(): Promise<boolean> {
    await this.flush();
    if (this.#group === undefined && !this.#isClosed) this.#done = this.#write(this.#take());
    await this.#done;
    return this.#problem === undefined;
  }

  /** Resolves with how many events are lost, as the database would not take them. */
  async close(): Promise<number> {
    const isWritten = await this.flush();
    this.#isClosed = true;
    this.#clearTimers();
    this.#listeners.clear();
    for (const { resolve } of this.#intended.splice(0)) resolve(false);
    const left = this.#events.length + (this.#group?.batch.events.length ?? 0);
    const isKept = (await this.#options.journal?.close()) === true;
    if (!isWritten && left > 0) {
      const what = isKept ? 'usage waits in the journal' : 'usage could not be written';
      this.#options.log?.error({ events: left }, what);
    }
    return (isKept ? 0 : left) + this.#lost;
  }

  #waits(): boolean {
    const { length: events } = this.#events;
    return events + this.#intended.length + this.#extended.size + this.#withdrawn.length > 0;
  }

  #scheduleIntents(): void {
    if (this.#group !== undefined) return;
    const isBusy = performance.now() - this.#committedAt < INTENT_GROUP_MS;
    if (isBusy) this.#schedule(INTENT_GROUP_MS);
    else this.#turn ??= setImmediate(() => void this.#commit());
  }

  /** The commit happens no later. A real timer: durability doesn't wait for a test to move time. */
  #schedule(delayMs: number): void {
    // What comes while a group is being written goes with the next, whose time is set at its end.
    if (this.#group !== undefined || this.#isClosed) return;
    const delay = this.#problem === undefined ? delayMs : RETRY_MS;
    const at = performance.now() + delay;
    if (at >= this.#timerAt) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(() => void this.#commit(), delay);
  }

  #clearTimers(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
    this.#timer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
    this.#turn = undefined;
  }

  /** Resolves when the group under way is over, or hangs: the one that is being written, or a new one. */
  #commit(): Promise<void> {
    if (this.#group === undefined && (this.#waits() || this.#problem !== undefined)) {
      this.#done = this.#write(this.#take());
    }
    return this.#done;
  }

  #take(): Group {
    this.#clearTimers();
    const intended = this.#intended;
    this.#intended = [];
    const extended = this.#extended;
    this.#extended = new Map();
    const batch = {
      at: this.#options.now(),
      intents: intended.map(({ intent, claims }) => ({ intent, claims })),
      extended: [...extended].map(([callId, { estimate, claims }]) => ({
        callId,
        estimate,
        claims: claims === undefined ? undefined : textCharges(claims),
      })),
      withdrawn: this.#withdrawn.splice(0),
      events: this.#events.splice(0, this.#maxBatch),
    };
    const group = { intended, extended, batch, isLate: false };
    this.#group = group;
    return group;
  }

  /** Resolves once the group is written or refused, or is late: then its end is seen to when it comes. */
  #write(group: Group): Promise<void> {
    return new Promise((resolve) => {
      const late = setTimeout(() => {
        this.#late(group);
        resolve();
      }, this.#options.lateMs ?? LATE_MS);
      this.#options.writer
        .write(group.batch)
        .then(
          (skipped) => this.#written(group, skipped),
          (error: unknown) => this.#refused(group, error),
        )
        .finally(() => {
          clearTimeout(late);
          resolve();
        });
    });
  }

  #written({ intended, batch }: Group, skipped: readonly number[]): void {
    this.#group = undefined;
    this.#committedAt = performance.now();
    // Of a late group too: those calls were told no, and a second answer changes nothing.
    for (const { resolve } of intended) resolve(true);
    if (this.#problem !== undefined) {
      this.#options.log?.info({ events: batch.events.length }, 'ledger is back');
      this.#problem = undefined;
    }
    this.#next();
    const isSkipped = new Set(skipped);
    for (const [position, booked] of batch.events.entries()) {
      const { event, isLost } = booked;
      if (!isSkipped.has(position)) this.#tell(booked);
      else if (isLost !== true && event.corrects === undefined) {
        // It may be this very row, of a group of which nobody knew whether it had been written.
        this.#tell(booked);
        this.#options.onStanding?.(event);
      }
    }
    this.#booked(batch.events);
  }

  /** Kept for the process after this one, until they are booked. */
  #keep(events: readonly BatchedEvent[]): void {
    const { journal } = this.#options;
    if (journal === undefined || events.length === 0) return;
    for (const event of events) this.#journaled.add(event);
    journal.add(events);
  }

  #booked(events: readonly BatchedEvent[]): void {
    if (this.#journaled.size === 0) return;
    for (const event of events) this.#journaled.delete(event);
    if (this.#journaled.size === 0) this.#options.journal?.clear();
  }

  #tell({ event, charges: texts }: BatchedEvent): void {
    const charges = chargesOfText(texts);
    for (const listener of this.#listeners) {
      try {
        listener(event, charges);
      } catch (error) {
        this.#options.log?.error({ detail: String(error) }, 'a listener of the ledger failed');
      }
    }
  }

  #refused(group: Group, error: unknown): void {
    this.#group = undefined;
    const { batch, extended } = group;
    this.#events = [...batch.events, ...this.#events];
    this.#extended = new Map([...extended, ...this.#extended]);
    this.#withdrawn.push(...batch.withdrawn);
    // Whether it was written before the connection broke nobody knows.
    if (!group.isLate) this.#refuse(group);
    this.#fail(error instanceof Error ? error.message : String(error));
    this.#next();
  }

  #late(group: Group): void {
    group.isLate = true;
    this.#refuse(group);
    for (const { resolve } of this.#intended.splice(0)) resolve(false);
    this.#fail('the database does not answer');
  }

  /** Tells its calls no; should their intents be written all the same, the next group takes them back. */
  #refuse({ intended }: Group): void {
    for (const { intent, resolve } of intended) {
      resolve(false);
      this.#withdrawn.push(intent.callId);
    }
  }

  #fail(problem: string): void {
    if (this.#problem === undefined) {
      this.#options.log?.error({ detail: problem }, "the ledger can't be written");
      const waiting = [...(this.#group?.batch.events ?? []), ...this.#events];
      this.#keep(waiting.filter((event) => !this.#journaled.has(event)));
    }
    this.#problem = problem;
  }

  #next(): void {
    if (this.#isClosed) return;
    if (this.#problem !== undefined) this.#schedule(RETRY_MS);
    else if (this.#events.length >= this.#maxBatch) void this.#commit();
    else if (this.#intended.length > 0) this.#scheduleIntents();
    else if (this.#waits()) this.#schedule(GROUP_MS);
  }
}
