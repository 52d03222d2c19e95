import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { UsageEvent } from '@tollgate/core/usage';
import type { Clock } from '../../ports/clock.ts';
import type { DependencyStatus } from '../../ports/governance.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { Log } from '../../ports/log.ts';
import type { BookedPrice } from '../../ports/price-book.ts';
import { COLUMNS, fromRow, toRow } from './call-row.ts';
import { toOutboxItem } from './outbox-item.ts';
import { summarize } from './usage-summary.ts';

export interface LedgerOptions {
  readonly clock: Clock;
  readonly log?: Log;
  /** Events that wait for the group commit; at this many the commit happens at once. */
  readonly maxQueued?: number;
  /** Events kept while the database can't be written; beyond, new ones are lost and counted. */
  readonly maxHeld?: number;
}

/** How long events wait for company. A commit costs as much for fifty as for one. */
const GROUP_MS = 10;
const RETRY_MS = 1000;
const LONGEST_PAGE = 1000;

type Listener = (event: UsageEvent) => void;

interface Recorded {
  readonly event: UsageEvent;
  readonly price: BookedPrice | undefined;
}

const INSERT_PRICE =
  'insert into prices (id, source, price) values (?, ?, ?) on conflict do nothing';

const INSERT_CALL = `insert into calls (${COLUMNS.join(', ')})
  values (${COLUMNS.map(() => '?').join(', ')}) on conflict (call_id) do nothing`;

const INSERT_ITEM = `insert into outbox_items
  (call_id, email, input_tokens, output_tokens, requests, model, at)
  values (?, ?, ?, ?, ?, ?, ?) on conflict (call_id) do nothing`;

/**
 * The ledger in SQLite: events are queued, and committed in groups together with what must go on to
 * the governance service. An event recorded twice under one call id is written once.
 */
class SqliteLedger implements Ledger {
  readonly #db: DatabaseSync;
  readonly #log: Log | undefined;
  readonly #maxQueued: number;
  readonly #maxHeld: number;
  readonly #insertCall: StatementSync;
  readonly #insertItem: StatementSync;
  readonly #insertPrice: StatementSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #listeners = new Set<Listener>();
  #queue: Recorded[] = [];
  #timer: NodeJS.Timeout | undefined;
  #problem: string | undefined;
  #lost = 0;
  #isClosed = false;

  constructor(db: DatabaseSync, options: LedgerOptions) {
    this.#db = db;
    this.#log = options.log;
    this.#maxQueued = options.maxQueued ?? 1000;
    this.#maxHeld = options.maxHeld ?? 100_000;
    this.#insertCall = db.prepare(INSERT_CALL);
    this.#insertItem = db.prepare(INSERT_ITEM);
    this.#insertPrice = db.prepare(INSERT_PRICE);
    this.#begin = db.prepare('begin immediate');
    this.#commit = db.prepare('commit');
  }

  record(event: UsageEvent, price?: BookedPrice): void {
    if (this.#isClosed || this.#queue.length >= this.#maxHeld) {
      if (this.#isClosed) this.#log?.error({ call: event.callId }, 'a call ended after the ledger');
      this.#lost += 1;
      return;
    }
    this.#queue.push({ event, price });
    if (this.#problem === undefined && this.#queue.length >= this.#maxQueued) this.#write();
    else this.#schedule(GROUP_MS);
  }

  flush(): Promise<void> {
    if (this.#write()) return Promise.resolve();
    return Promise.reject(new Error(`the ledger can't be written: ${this.#problem}`));
  }

  summary(query: Parameters<Ledger['summary']>[0]): ReturnType<Ledger['summary']> {
    this.#write();
    return Promise.resolve(summarize(this.#db, query));
  }

  recent(query: Parameters<Ledger['recent']>[0]): ReturnType<Ledger['recent']> {
    this.#write();
    const conditions = ['1'];
    const values: string[] = [];
    if (query.keyId !== undefined) {
      conditions.push('key_id = ?');
      values.push(query.keyId);
    }
    if (query.after !== undefined) {
      conditions.push('seq < (select seq from calls where call_id = ?)');
      values.push(query.after);
    }
    const limit = Math.max(0, Math.min(Math.trunc(query.limit), LONGEST_PAGE));
    const statement = this.#db.prepare(
      `select * from calls where ${conditions.join(' and ')} order by seq desc limit ?`,
    );
    statement.setReadBigInts(true);
    return Promise.resolve(statement.all(...values, limit).map(fromRow));
  }

  find(callId: string): Promise<UsageEvent | undefined> {
    this.#write();
    const statement = this.#db.prepare('select * from calls where call_id = ?');
    statement.setReadBigInts(true);
    const row = statement.get(callId);
    return Promise.resolve(row === undefined ? undefined : fromRow(row));
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  status(): Promise<DependencyStatus> {
    const name = 'ledger';
    const isHealthy = this.#problem === undefined && this.#lost === 0;
    if (isHealthy) return Promise.resolve({ name, status: 'healthy' });
    const lost = this.#lost === 0 ? '' : `; ${this.#lost} events were lost`;
    const detail = `${this.#problem ?? 'it can be written again'}${lost}`;
    const status = this.#problem === undefined ? 'degraded' : 'unhealthy';
    return Promise.resolve({ name, status, detail });
  }

  async close(): Promise<number> {
    const isWritten = this.#write();
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#listeners.clear();
    if (!isWritten) this.#log?.error({ events: this.#queue.length }, 'usage could not be written');
    return this.#queue.length + this.#lost;
  }

  #schedule(delayMs: number): void {
    // A real timer, not the clock's: durability doesn't wait for a test to move time.
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#write();
    }, delayMs);
  }

  /** Commits what is queued. False when the database refused; the events stay queued. */
  #write(): boolean {
    if (this.#queue.length === 0) return true;
    const recorded = this.#queue;
    try {
      this.#begin.run();
      for (const one of recorded) this.#insert(one);
      this.#commit.run();
    } catch (error) {
      this.#refused(error);
      return false;
    }
    this.#queue = [];
    if (this.#problem !== undefined) this.#log?.info({ events: recorded.length }, 'ledger is back');
    this.#problem = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#tell(recorded);
    return true;
  }

  #insert({ event, price }: Recorded): void {
    if (price !== undefined) {
      this.#insertPrice.run(price.id, price.source, JSON.stringify(price.price));
    }
    const { changes } = this.#insertCall.run(...toRow(event));
    const item = changes === 0 ? undefined : toOutboxItem(event);
    if (item === undefined) return;
    const { callId, email, inputTokens, outputTokens, requests, model, at } = item;
    this.#insertItem.run(callId, email, inputTokens, outputTokens, requests, model ?? null, at);
  }

  #refused(error: unknown): void {
    if (this.#db.isTransaction) this.#db.exec('rollback');
    const detail = error instanceof Error ? error.message : String(error);
    if (this.#problem === undefined) this.#log?.error({ detail }, "the ledger can't be written");
    this.#problem = detail;
    this.#schedule(RETRY_MS);
  }

  #tell(recorded: readonly Recorded[]): void {
    if (this.#listeners.size === 0) return;
    for (const { event } of recorded) for (const listener of this.#listeners) listener(event);
  }
}

export function createSqliteLedger(db: DatabaseSync, options: LedgerOptions): Ledger {
  return new SqliteLedger(db, options);
}
