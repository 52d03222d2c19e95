import type { Budget } from '@tollgate/core/budgets';
import { budgetsFor, chargeOf, counterOf, factsOf } from '@tollgate/core/budgets';
import type { UsageEvent } from '@tollgate/core/usage';
import type { Repaired } from '../../../ports/audit.ts';
import { textCharges } from '../ledger/batch.ts';
import { PICO_PER_MICRO } from '../ledger/measures.ts';
import { ADD_TO_ROLLUP, ADD_TO_SPEND, createBatchWriter } from '../ledger/settle.ts';
import type { SqlDatabase } from '../sql.ts';
import { BudgetAudit } from './audit-budgets.ts';
import { corrections, costGap, everyCall, keptPrices } from './audit-calls.ts';
import { rollupGaps } from './audit-rollups.ts';

export interface RepairOptions {
  readonly budgets: readonly Budget[];
  readonly now: number;
  readonly newCallId: () => string;
}

/**
 * Puts right what can be put right without touching a row: costs by rows of corrections, sums by what
 * rows have more. To be run while no gateway writes, since a sum that moves can't be mended.
 */
export async function repairBooks(db: SqlDatabase, options: RepairOptions): Promise<Repaired> {
  const corrected = await correctCosts(db, options);
  const rollups = await mendRollups(db);
  const windows = await mendSpend(db, options.budgets);
  return { corrections: corrected, rollups, windows };
}

async function correctCosts(
  db: SqlDatabase,
  { budgets, now, newCallId }: RepairOptions,
): Promise<number> {
  const instance = `audit_${newCallId()}`;
  const writer = createBatchWriter(db, { instance });
  const facts = { prices: await keptPrices(db), corrected: await corrections(db) };
  const wrong: UsageEvent[] = [];
  for await (const event of everyCall(db)) {
    if (event.corrects !== undefined) continue;
    const missing = costGap(event, facts)?.missing;
    if (missing !== undefined) wrong.push(correctionOf(event, missing, newCallId()));
  }
  for (const event of wrong) {
    const charges = budgetsFor(budgets, factsOf(event))
      .filter(({ measure }) => measure === 'usd')
      .map((budget) => {
        const { budgetId, window } = counterOf(budget, event.startedAt);
        return { budgetId, windowStart: window.start, amount: chargeOf(budget, event) };
      });
    const events = [{ event, charges: textCharges(charges) }];
    await writer.write({ at: now, intents: [], extended: [], withdrawn: [], events });
  }
  // It is no gateway that lives.
  await db.run('delete from instances where id = ?', instance);
  return wrong.length;
}

/** At the call's own time, so that its day's sums are right. */
const correctionOf = (event: UsageEvent, missing: bigint, callId: string): UsageEvent => ({
  ...event,
  callId,
  attempt: 1,
  corrects: event.callId,
  usage: { input: {}, output: {}, provenance: event.usage?.provenance ?? 'estimate' },
  cost:
    event.cost === undefined || event.cost.picoUsd === null
      ? { picoUsd: null, reason: 'corrected' }
      : { picoUsd: String(missing), priceId: event.cost.priceId },
  losses: [],
});

async function mendRollups(db: SqlDatabase): Promise<number> {
  return db.transaction(async (tx) => {
    const gaps = await rollupGaps(tx);
    for (const { minutes, startsAt, caller, route, missing } of gaps) {
      await tx.run(ADD_TO_ROLLUP, minutes, startsAt, caller, route, ...missing);
    }
    return gaps.length;
  });
}

async function mendSpend(db: SqlDatabase, budgets: readonly Budget[]): Promise<number> {
  return db.transaction(async (tx) => {
    const audit = new BudgetAudit(budgets);
    for await (const event of everyCall(tx)) audit.add(event);
    const gaps = await audit.gaps(tx);
    for (const { budgetId, windowStart, expected, found } of gaps) {
      const missing = expected - found;
      const parts = [missing / PICO_PER_MICRO, missing % PICO_PER_MICRO];
      await tx.run(ADD_TO_SPEND, budgetId, windowStart, ...parts);
    }
    return gaps.length;
  });
}
