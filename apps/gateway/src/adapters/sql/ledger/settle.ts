import type { UsageEvent } from '@tollgate/core/usage';
import { INSERT_OUTBOX_ROW, outboxRows, outboxValues } from '../outbox-rows.ts';
import type { SqlDatabase, Statements } from '../sql.ts';
import type { BatchedEvent, BatchedIntent, LedgerBatch, TextCharge } from './batch.ts';
import { bytesOfCallId } from './call-id.ts';
import { attemptOf, CALL_COLUMNS, callRow, startOf } from './call-row.ts';
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
  rollUp: `insert into rollups (minutes, starts_at, caller, route, ${MEASURES.join(', ')})
    values (?, ?, ?, ?, ${marks(MEASURES)}) on conflict (minutes, starts_at, caller, route)
    do update set ${MEASURES.map((name) => `${name} = rollups.${name} + excluded.${name}`).join(', ')}`,
  spend: `insert into budget_spend (budget_id, window_start, millions, rest) values (?, ?, ?, ?)
    on conflict (budget_id, window_start) do update set
    millions = budget_spend.millions + excluded.millions, rest = budget_spend.rest + excluded.rest`,
} as const;

const MINUTE_MS = 60_000;
/** Reports bucket by any time zone from quarters; whole days in between make long ones short. */
export const ROLLUP_MINUTES = [15, 1440] as const;
const HEARTBEAT_MS = 5_000;

interface Rollup {
  readonly at: readonly number[];
  readonly sums: number[];
}

/** Sums of one transaction: a row that many calls add to is written once. */
class Sums {
  readonly #rollups = new Map<string, Rollup>();
  readonly #spent = new Map<string, { readonly charge: TextCharge; sum: bigint }>();

  add(event: UsageEvent, caller: number, route: number): void {
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

  /** In one order, whoever writes: two gateways that add to the same rows must not wait for each other. */
  async write(tx: Statements): Promise<void> {
    const rollups = [...this.#rollups].sort(byName);
    for (const [, { at, sums }] of rollups) await tx.run(SQL.rollUp, ...at, ...sums);
    for (const [, { charge, sum }] of [...this.#spent].sort(byName)) {
      const parts = [sum / PICO_PER_MICRO, sum % PICO_PER_MICRO];
      await tx.run(SQL.spend, charge.budgetId, charge.windowStart, ...parts);
    }
  }
}

function addTo(sums: number[], more: readonly number[]): void {
  for (let index = 0; index < more.length; index += 1) {
    sums[index] = (sums[index] ?? 0) + (more[index] ?? 0);
  }
}

const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one < other ? -1 : 1;

/** Writes batches. Resolves with the positions of events that it booked nothing for, and rightly. */
export interface BatchWriter {
  write(batch: LedgerBatch): Promise<readonly number[]>;
}

export interface BatchWriterOptions {
  /** The gateway's own; new at each start. */
  readonly instance: string;
  /** Channels of the outbox that want each event. */
  readonly usageChannels?: readonly string[] | undefined;
}

/** The one transaction in which calls begin and end, over either engine. */
export function createBatchWriter(
  db: SqlDatabase,
  { instance, usageChannels = [] }: BatchWriterOptions,
): BatchWriter {
  const interned = new Interned();
  let heartbeatAt = Number.NEGATIVE_INFINITY;
  let startedAt: number | undefined;

  const intend = async (tx: Statements, { intent, claims }: BatchedIntent): Promise<void> => {
    await tx.run(
      SQL.intend,
      bytesOfCallId(intent.callId),
      attemptOf(intent),
      instance,
      startOf(intent),
      await interned.caller(tx, intent),
      await interned.route(tx, intent),
      intent.stream ? 1 : 0,
      intent.estimate.inputTokens,
      intent.estimate.outputTokens,
      claims.length === 0 ? null : JSON.stringify(claims),
      intent.metadata === undefined ? null : JSON.stringify(intent.metadata),
    );
  };

  /** False: a lost call that is settled already, or a correction of nothing. */
  const settle = async (
    tx: Statements,
    { event, price, charges, isLost }: BatchedEvent,
    sums: Sums,
  ): Promise<boolean> => {
    const id = bytesOfCallId(event.callId);
    const open = await tx.run(SQL.settle, id, attemptOf(event));
    if (isLost === true && open === 0) return false;
    const corrects = await correctedRow(tx, event);
    if (corrects === undefined) return false;
    const caller = await interned.caller(tx, event);
    const route = await interned.route(tx, event);
    const inserted = await tx.run(
      SQL.call,
      ...callRow(event, {
        id,
        caller,
        route,
        price: await interned.price(tx, storedCost(event.cost).priceId, price),
        corrects,
      }),
    );
    if (inserted === 0) return true;
    sums.add(event, caller, route);
    sums.spend(charges);
    for (const row of outboxRows(event, usageChannels)) {
      await tx.run(INSERT_OUTBOX_ROW, ...outboxValues(row));
    }
    return true;
  };

  const writeAll = async (tx: Statements, batch: LedgerBatch): Promise<readonly number[]> => {
    for (const callId of batch.withdrawn) {
      await tx.run(SQL.withdraw, bytesOfCallId(callId), instance);
    }
    for (const one of batch.intents) await intend(tx, one);
    for (const { callId, estimate, claims } of batch.extended) {
      const held = claims === undefined ? null : JSON.stringify(claims);
      const { inputTokens, outputTokens } = estimate;
      await tx.run(SQL.extend, inputTokens, outputTokens, held, bytesOfCallId(callId));
    }
    const sums = new Sums();
    const skipped: number[] = [];
    for (const [position, one] of batch.events.entries()) {
      if (!(await settle(tx, one, sums))) skipped.push(position);
    }
    await sums.write(tx);
    return skipped;
  };

  return {
    write: async (batch) => {
      // A group of nothing asks whether the database can be written again.
      const isDue = batch.at - heartbeatAt >= HEARTBEAT_MS || isEmpty(batch);
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
