import type { UsageEvent } from '@tollgate/core/usage';
import type { OutboxRow } from '../../../ports/outbox-store.ts';
import { INSERT_OUTBOX_ROW, outboxRows, outboxValues } from '../outbox-rows.ts';
import type { SqlDatabase, SqlValue, Statements } from '../sql.ts';
import type {
  BatchedEvent,
  BatchedExtension,
  BatchedIntent,
  LedgerBatch,
  TextCharge,
} from './batch.ts';
import { bytesOfCallId } from './call-id.ts';
import { attemptOf, CALL_COLUMNS, callRow, type SharedTexts, startOf } from './call-row.ts';
import { Interned } from './interned.ts';
import { MEASURES, measuresOf, PICO_PER_MICRO, storedCost } from './measures.ts';

const marks = (columns: readonly string[]): string => columns.map(() => '?').join(', ');

const INTENT_COLUMNS = [
  'call_id',
  'attempt',
  'instance',
  'started_at',
  'caller',
  'route',
  'stream',
  'input_tokens',
  'output_tokens',
  'claims',
  'metadata',
] as const;

const SQL = {
  heartbeat: `insert into instances (id, started_at, heartbeat_at) values (?, ?, ?)
    on conflict (id) do update set heartbeat_at = excluded.heartbeat_at`,
  intend: `insert into intents (${INTENT_COLUMNS.join(', ')})
    values (${marks(INTENT_COLUMNS)}) on conflict do nothing`,
  extend: `update intents set input_tokens = ?, output_tokens = ?, claims = coalesce(?, claims)
    where call_id = ?`,
  withdraw: 'delete from intents where call_id = ? and instance = ?',
  settle: 'delete from intents where call_id = ? and attempt = ?',
  corrected: 'select seq from calls where call_id = ? order by attempt desc limit 1',
  call: `insert into calls (${CALL_COLUMNS.join(', ')})
    values (${marks(CALL_COLUMNS)}) on conflict do nothing`,
} as const;

/** Adds to what stands there: for each grain, time, caller and route. */
export const ADD_TO_ROLLUP = `insert into rollups (minutes, starts_at, caller, route, ${MEASURES.join(', ')})
    values (?, ?, ?, ?, ${marks(MEASURES)}) on conflict (minutes, starts_at, caller, route)
    do update set ${MEASURES.map((name) => `${name} = rollups.${name} + excluded.${name}`).join(', ')}`;

/** Adds to what a budget's window has spent, as millions and the rest. */
export const ADD_TO_SPEND = `insert into budget_spend (budget_id, window_start, millions, rest) values (?, ?, ?, ?)
    on conflict (budget_id, window_start) do update set
    millions = budget_spend.millions + excluded.millions, rest = budget_spend.rest + excluded.rest`;

const MINUTE_MS = 60_000;
/** Reports bucket by any time zone from quarters; whole days in between make long ones short. */
export const ROLLUP_MINUTES = [15, 1440] as const;
const HEARTBEAT_MS = 5_000;

interface Rollup {
  readonly at: readonly number[];
  readonly sums: number[];
}

/** What one transaction adds up: a row that many calls add to is written once. */
class Sums {
  readonly #rollups = new Map<string, Rollup>();
  readonly #spent = new Map<string, { readonly charge: TextCharge; sum: bigint }>();
  readonly #told: (readonly SqlValue[])[] = [];

  add(event: UsageEvent, { caller, route }: SharedTexts): void {
    const measures = measuresOf(event);
    const start = startOf(event);
    for (const minutes of ROLLUP_MINUTES) {
      const span = minutes * MINUTE_MS;
      const from = Math.floor(start / span) * span;
      const name = `${minutes} ${from} ${caller} ${route}`;
      const known = this.#rollups.get(name);
      if (known === undefined) {
        this.#rollups.set(name, { at: [minutes, from, caller, route], sums: measures.slice() });
      } else addTo(known.sums, measures);
    }
  }

  spend(charges: readonly TextCharge[]): void {
    for (const charge of charges) {
      const name = `${charge.budgetId} ${charge.windowStart}`;
      const known = this.#spent.get(name);
      if (known === undefined) this.#spent.set(name, { charge, sum: BigInt(charge.amount) });
      else known.sum += BigInt(charge.amount);
    }
  }

  tell(rows: readonly OutboxRow[]): void {
    for (const row of rows) this.#told.push(outboxValues(row));
  }

  /** In one order, whoever writes: two gateways that add to the same rows must not wait for each other. */
  async write(tx: Statements): Promise<void> {
    const rollups = [...this.#rollups].sort(byName).map(([, { at, sums }]) => [...at, ...sums]);
    const spent = [...this.#spent].sort(byName).map(([, { charge, sum }]) => {
      const parts = [sum / PICO_PER_MICRO, sum % PICO_PER_MICRO];
      return [charge.budgetId, charge.windowStart, ...parts];
    });
    // Last of all what others add to as well: the shorter they wait.
    await Promise.all([
      tx.many(INSERT_OUTBOX_ROW, this.#told),
      tx.many(ADD_TO_ROLLUP, rollups),
      tx.many(ADD_TO_SPEND, spent),
    ]);
  }
}

function addTo(sums: number[], more: readonly number[]): void {
  for (let index = 0; index < more.length; index += 1) {
    sums[index] = (sums[index] ?? 0) + (more[index] ?? 0);
  }
}

const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one < other ? -1 : 1;

/**
 * Writes batches. Resolves with the positions of events that it booked nothing for, and rightly: they are
 * lost calls that somebody else settled, corrections of nothing, or stand booked already.
 */
export interface BatchWriter {
  write(batch: LedgerBatch): Promise<readonly number[]>;
}

export interface BatchWriterOptions {
  /** The gateway's own; new at each start. */
  readonly instance: string;
  /** How often it is heard of while it writes. */
  readonly heartbeatMs?: number | undefined;
  /** Channels of the outbox that want each event. */
  readonly usageChannels?: readonly string[] | undefined;
}

interface Booked extends BatchedEvent {
  readonly batched: BatchedEvent;
  readonly id: Uint8Array;
  readonly corrects: bigint | null;
}

/** The one transaction in which calls begin and end, over either engine. */
export function createBatchWriter(
  db: SqlDatabase,
  { instance, heartbeatMs = HEARTBEAT_MS, usageChannels = [] }: BatchWriterOptions,
): BatchWriter {
  const interned = new Interned();
  let heartbeatAt = Number.NEGATIVE_INFINITY;
  let startedAt: number | undefined;

  const intend = async (tx: Statements, intents: readonly BatchedIntent[]): Promise<void> => {
    const calls = intents.map(({ intent }) => intent);
    const callers = await interned.callers(tx, calls);
    const routes = await interned.routes(tx, calls);
    const rows = intents.map(({ intent, claims }, index) => [
      bytesOfCallId(intent.callId),
      attemptOf(intent),
      instance,
      startOf(intent),
      callers[index] ?? null,
      routes[index] ?? null,
      intent.stream ? 1 : 0,
      intent.estimate.inputTokens,
      intent.estimate.outputTokens,
      claims.length === 0 ? null : JSON.stringify(claims),
      intent.metadata === undefined ? null : JSON.stringify(intent.metadata),
    ]);
    await tx.many(SQL.intend, rows);
  };

  /** Resolves with those that it booked nothing for: lost calls settled already, corrections of nothing. */
  const settle = async (
    tx: Statements,
    events: readonly BatchedEvent[],
    sums: Sums,
  ): Promise<readonly BatchedEvent[]> => {
    const ids = events.map(({ event }) => bytesOfCallId(event.callId));
    const open = await tx.many(
      SQL.settle,
      events.map(({ event }, index) => [ids[index] ?? null, attemptOf(event)]),
    );
    const booked: Booked[] = [];
    const skipped: BatchedEvent[] = [];
    for (const [index, one] of events.entries()) {
      const corrects = await correctedRow(tx, one.event);
      const id = ids[index];
      const isSettled = one.isLost === true && open[index] === 0;
      if (isSettled || corrects === undefined || id === undefined) skipped.push(one);
      else booked.push({ ...one, batched: one, id, corrects });
    }
    const standing = await insertCalls(tx, booked, sums);
    return [...skipped, ...standing];
  };

  /** Resolves with those that stood there already. */
  const insertCalls = async (
    tx: Statements,
    booked: readonly Booked[],
    sums: Sums,
  ): Promise<readonly BatchedEvent[]> => {
    const events = booked.map(({ event }) => event);
    const callers = await interned.callers(tx, events);
    const routes = await interned.routes(tx, events);
    const prices = await interned.prices(
      tx,
      booked.map(({ event, price }) => ({ id: storedCost(event.cost).priceId, price })),
    );
    const calls = booked.map(({ event, charges, batched, id, corrects }, index) => ({
      event,
      charges,
      batched,
      shared: {
        id,
        corrects,
        caller: numberOf(callers[index], 'caller'),
        route: numberOf(routes[index], 'route'),
        price: prices[index] ?? null,
      },
    }));
    const rows = calls.map(({ event, shared }) => callRow(event, shared));
    const inserted = await tx.many(SQL.call, rows);
    const standing: BatchedEvent[] = [];
    for (const [index, { event, charges, shared, batched }] of calls.entries()) {
      if (inserted[index] === 0) {
        standing.push(batched);
        continue;
      }
      sums.add(event, shared);
      sums.spend(charges);
      sums.tell(outboxRows(event, usageChannels));
    }
    return standing;
  };

  const writeAll = async (tx: Statements, batch: LedgerBatch): Promise<readonly number[]> => {
    await tx.many(
      SQL.withdraw,
      batch.withdrawn.map((callId) => [bytesOfCallId(callId), instance]),
    );
    await intend(tx, batch.intents);
    await tx.many(SQL.extend, batch.extended.map(extension));
    const sums = new Sums();
    // What is corrected may stand in the same group.
    const [calls, corrections] = [false, true].map((isCorrection) =>
      batch.events.filter(({ event }) => (event.corrects !== undefined) === isCorrection),
    );
    const skipped = new Set([
      ...(await settle(tx, calls ?? [], sums)),
      ...(await settle(tx, corrections ?? [], sums)),
    ]);
    await sums.write(tx);
    return batch.events.flatMap((event, position) => (skipped.has(event) ? [position] : []));
  };

  return {
    write: async (batch) => {
      // Either way: a clock that was set back must not make this gateway look dead. A group of nothing
      // asks whether the database can be written again.
      const isDue = Math.abs(batch.at - heartbeatAt) >= heartbeatMs || isEmpty(batch);
      startedAt ??= batch.at;
      const began = startedAt;
      try {
        const skipped = await db.transaction(async (tx) => {
          if (isDue) await tx.run(SQL.heartbeat, instance, began, batch.at);
          return writeAll(tx, batch);
        });
        if (isDue) heartbeatAt = batch.at;
        return skipped;
      } catch (error) {
        interned.forget();
        throw error;
      }
    },
  };
}

const extension = ({ callId, estimate, claims }: BatchedExtension): readonly SqlValue[] => [
  estimate.inputTokens,
  estimate.outputTokens,
  claims === undefined ? null : JSON.stringify(claims),
  bytesOfCallId(callId),
];

/** A call that was booked under nobody would be in no report. */
function numberOf(number: number | null | undefined, of: string): number {
  if (number == null) throw new Error(`a ${of} of a call was written and is not found`);
  return number;
}

const isEmpty = ({ intents, extended, withdrawn, events }: LedgerBatch): boolean =>
  intents.length + extended.length + withdrawn.length + events.length === 0;

/** Null: it corrects none. Undefined: the call that it corrects was never booked. */
async function correctedRow(
  tx: Statements,
  { corrects }: UsageEvent,
): Promise<bigint | null | undefined> {
  if (corrects === undefined) return null;
  const [row] = await tx.all(SQL.corrected, bytesOfCallId(corrects));
  const seq = row?.['seq'];
  return typeof seq === 'bigint' ? seq : undefined;
}
