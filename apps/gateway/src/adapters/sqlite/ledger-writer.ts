import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Estimated, Intent, UsageEvent } from '@tollgate/core/usage';
import type { Booking } from '../../ports/ledger.ts';
import type { Log } from '../../ports/log.ts';
import { INSERT_OUTBOX_ROW, outboxRows, outboxValues } from '../sql/outbox-rows.ts';
import { COLUMNS, toRow } from './call-row.ts';

export interface WriterOptions {
  readonly log?: Log;
  /** Events that wait for the group commit; at this many the commit happens at once. */
  readonly maxQueued?: number;
  /** Events kept while the database can't be written; beyond, new ones are lost and counted. */
  readonly maxHeld?: number;
  /** Channels of the outbox that want each event. */
  readonly usageChannels?: readonly string[];
}

/** How long events wait for company. A commit costs as much for fifty as for one. */
const GROUP_MS = 10;
/** Calls wait for their intents: at once after a pause, under load at most this long for company. */
const INTENT_GROUP_MS = 1;
const RETRY_MS = 1000;

type Listener = (event: UsageEvent) => void;

interface Recorded {
  readonly event: UsageEvent;
  readonly price: Booking['price'];
}

interface Intended {
  readonly intent: Intent;
  readonly resolve: (isDurable: boolean) => void;
}

const STATEMENTS = {
  begin: 'begin immediate',
  commit: 'commit',
  intent: 'insert into intents (call_id, intent) values (?, ?) on conflict do nothing',
  extended: 'update intents set intent = json_patch(intent, ?) where call_id = ?',
  settled: 'delete from intents where call_id = ?',
  call: `insert into calls (${COLUMNS.join(', ')})
    values (${COLUMNS.map(() => '?').join(', ')}) on conflict (call_id) do nothing`,
  price: 'insert into prices (id, source, price) values (?, ?, ?) on conflict do nothing',
  outbox: INSERT_OUTBOX_ROW,
} as const;

type Statements = { readonly [name in keyof typeof STATEMENTS]: StatementSync };

/**
 * Writes the ledger in groups: intents within a millisecond, since calls wait for them; events
 * within milliseconds, each in one commit with its price, the end of its intent and what must go on
 * to the governance service. An event recorded twice under one call id is written once.
 */
export class LedgerWriter {
  readonly #db: DatabaseSync;
  readonly #log: Log | undefined;
  readonly #maxQueued: number;
  readonly #maxHeld: number;
  readonly #usageChannels: readonly string[];
  readonly #statements: Statements;
  readonly #listeners = new Set<Listener>();
  /** Prices that are in the ledger already, by their digests: as many as there are lists and settings of. */
  readonly #keptPrices = new Set<string>();
  #intended: Intended[] = [];
  #extended = new Map<string, Estimated>();
  #queue: Recorded[] = [];
  #turn: NodeJS.Immediate | undefined;
  #intentTimer: NodeJS.Timeout | undefined;
  #writtenAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #problem: string | undefined;
  #lost = 0;
  #isClosed = false;

  constructor(db: DatabaseSync, options: WriterOptions) {
    this.#db = db;
    this.#log = options.log;
    this.#maxQueued = options.maxQueued ?? 1000;
    this.#maxHeld = options.maxHeld ?? 100_000;
    this.#usageChannels = options.usageChannels ?? [];
    this.#statements = prepareAll(db);
  }

  /** Why the database refused the last write; undefined while it takes them. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Events that will never be written. */
  get lost(): number {
    return this.#lost;
  }

  intend(intent: Intent): Promise<boolean> {
    // A database that just refused is asked again by the timer alone: each try may take seconds.
    if (this.#isClosed || this.#problem !== undefined) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#intended.push({ intent, resolve });
      if (this.#intended.length === 1) this.#scheduleIntents();
    });
  }

  extend(callId: string, stands: Estimated): void {
    if (this.#isClosed) return;
    this.#extended.set(callId, stands);
    this.#schedule(GROUP_MS);
  }

  record(event: UsageEvent, { price }: Booking): void {
    if (this.#isClosed || this.#queue.length >= this.#maxHeld) {
      if (this.#isClosed) this.#log?.error({ call: event.callId }, 'a call ended after the ledger');
      this.#lost += 1;
      return;
    }
    this.#queue.push({ event, price });
    if (this.#problem === undefined && this.#queue.length >= this.#maxQueued) this.write();
    else this.#schedule(GROUP_MS);
  }

  /** Called after each event that has become durable. Returns the way to stop listening. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Commits what waits. False when the database refused: intents are refused too, events stay. */
  write(): boolean {
    const isIdle =
      this.#queue.length === 0 && this.#intended.length === 0 && this.#extended.size === 0;
    if (isIdle && this.#problem === undefined) return true;
    const recorded = this.#queue;
    const intended = this.#intended;
    this.#intended = [];
    try {
      this.#statements.begin.run();
      for (const { intent } of intended) {
        this.#statements.intent.run(intent.callId, intentText(intent));
      }
      for (const [callId, stands] of this.#extended) {
        this.#statements.extended.run(intentText(stands), callId);
      }
      for (const one of recorded) this.#insert(one);
      this.#statements.commit.run();
    } catch (error) {
      for (const { resolve } of intended) resolve(false);
      this.#refused(error);
      return false;
    }
    this.#queue = [];
    this.#extended.clear();
    this.#writtenAt = performance.now();
    // Only now: of a commit that failed, nothing was kept.
    for (const { price } of recorded) if (price !== undefined) this.#keptPrices.add(price.id);
    for (const { resolve } of intended) resolve(true);
    if (this.#problem !== undefined) this.#log?.info({ events: recorded.length }, 'ledger is back');
    this.#problem = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const { event } of recorded) for (const listener of this.#listeners) listener(event);
    return true;
  }

  /** Resolves with how many events are lost, as the database would not take them. */
  close(): number {
    const isWritten = this.write();
    this.#isClosed = true;
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
    clearTimeout(this.#intentTimer);
    this.#timer = undefined;
    this.#listeners.clear();
    if (!isWritten) this.#log?.error({ events: this.#queue.length }, 'usage could not be written');
    return this.#queue.length + this.#lost;
  }

  #scheduleIntents(): void {
    const write = (): void => {
      this.#turn = undefined;
      this.#intentTimer = undefined;
      if (this.#intended.length > 0) this.write();
    };
    const isBusy = performance.now() - this.#writtenAt < INTENT_GROUP_MS;
    if (isBusy) this.#intentTimer = setTimeout(write, INTENT_GROUP_MS);
    else this.#turn = setImmediate(write);
  }

  #schedule(delayMs: number): void {
    // A real timer, not the clock's: durability doesn't wait for a test to move time.
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.write();
    }, delayMs);
  }

  #insert({ event, price }: Recorded): void {
    if (price !== undefined && !this.#keptPrices.has(price.id)) {
      this.#statements.price.run(price.id, price.source, JSON.stringify(price.price));
    }
    this.#statements.settled.run(event.callId);
    const { changes } = this.#statements.call.run(...toRow(event));
    if (changes === 0) return;
    for (const row of outboxRows(event, this.#usageChannels)) {
      this.#statements.outbox.run(...outboxValues(row));
    }
  }

  #refused(error: unknown): void {
    if (this.#db.isTransaction) this.#db.exec('rollback');
    const detail = error instanceof Error ? error.message : String(error);
    if (this.#problem === undefined) this.#log?.error({ detail }, "the ledger can't be written");
    this.#problem = detail;
    this.#schedule(RETRY_MS);
  }
}

const prepareAll = (db: DatabaseSync): Statements => ({
  begin: db.prepare(STATEMENTS.begin),
  commit: db.prepare(STATEMENTS.commit),
  intent: db.prepare(STATEMENTS.intent),
  extended: db.prepare(STATEMENTS.extended),
  settled: db.prepare(STATEMENTS.settled),
  call: db.prepare(STATEMENTS.call),
  price: db.prepare(STATEMENTS.price),
  outbox: db.prepare(STATEMENTS.outbox),
});

const intentText = (stands: Estimated): string =>
  JSON.stringify(stands, (_name, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
