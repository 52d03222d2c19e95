import type { Budget } from '@tollgate/core/budgets';
import { budgetsFor, chargeOf, counterOf, factsOf } from '@tollgate/core/budgets';
import type { UsageEvent } from '@tollgate/core/usage';
import type { Repaired } from '../../../ports/audit.ts';
import { type BatchedEvent, textCharges } from '../ledger/batch.ts';
import { exportCalls } from '../ledger/export-calls.ts';
import { PICO_PER_MICRO } from '../ledger/measures.ts';
import { ADD_TO_ROLLUP, ADD_TO_SPEND, createBatchWriter } from '../ledger/settle.ts';
import type { SqlDatabase } from '../sql.ts';
import { BudgetAudit } from './audit-budgets.ts';
import { corrections, costGap, keptPrices, type PriceFacts } from './audit-calls.ts';
import { rollupGaps } from './audit-rollups.ts';

export interface RepairOptions {
  readonly budgets: readonly Budget[];
  readonly now: number;
  readonly newCallId: () => string;
}

/**
 * Puts right what can be put right without touching a row: costs by rows of corrections, sums by what
 * rows have more. To be run while no gateway writes, since a sum that moves can't be mended. One that was
 * killed is run again.
 */
export async function repairBooks(db: SqlDatabase, options: RepairOptions): Promise<Repaired> {
  const instance = `audit_${options.newCallId()}`;
  const writer = createBatchWriter(db, { instance });
  const facts = { prices: await keptPrices(db), corrected: await corrections(db) };
  const spent = new BudgetAudit(options.budgets);
  let corrected = 0;
  // Corrections come last of all: they are booked with their sums, and added up with the rest.
  for await (const page of exportCalls(db)) {
    for (const event of page) spent.add(event);
    const events = page.flatMap((event) => correctionOf(event, facts, options));
    corrected += events.length;
    if (events.length === 0) continue;
    await writer.write({ at: options.now, intents: [], extended: [], withdrawn: [], events });
  }
  // It is no gateway that lives.
  await db.run('delete from instances where id = ?', instance);
  const rollups = await mendRollups(db);
  const windows = await mendSpend(db, spent);
  return { corrections: corrected, rollups, windows };
}

/** None, or one, at the call's own time, so that its day's sums are right. */
function correctionOf(
  event: UsageEvent,
  facts: PriceFacts,
  { budgets, newCallId }: RepairOptions,
): readonly BatchedEvent[] {
  if (event.corrects !== undefined) return [];
  const correction = costGap(event, facts)?.correction;
  if (correction === undefined) return [];
  const { callId: corrects } = event;
  const row = { ...event, ...correction, callId: newCallId(), attempt: 1, corrects, losses: [] };
  const charges = budgetsFor(budgets, factsOf(row))
    .filter(({ measure }) => measure === 'usd')
    .map((budget) => {
      const { budgetId, window } = counterOf(budget, row.startedAt);
      return { budgetId, windowStart: window.start, amount: chargeOf(budget, row) };
    });
  return [{ event: row, charges: textCharges(charges) }];
}

async function mendRollups(db: SqlDatabase): Promise<number> {
  return db.transaction(async (tx) => {
    const gaps = await rollupGaps(tx);
    for (const { minutes, startsAt, caller, route, missing } of gaps) {
      await tx.run(ADD_TO_ROLLUP, minutes, startsAt, caller, route, ...missing);
    }
    return gaps.length;
  });
}

async function mendSpend(db: SqlDatabase, spent: BudgetAudit): Promise<number> {
  return db.transaction(async (tx) => {
    const gaps = await spent.gaps(tx);
    for (const { budgetId, windowStart, expected, found } of gaps) {
      const missing = expected - found;
      const parts = [missing / PICO_PER_MICRO, missing % PICO_PER_MICRO];
      await tx.run(ADD_TO_SPEND, budgetId, windowStart, ...parts);
    }
    return gaps.length;
  });
}
