import { costOf, type ModelPrice } from '@tollgate/core/pricing';
import type { UsageEvent } from '@tollgate/core/usage';
import { callIdOf } from '../ledger/call-id.ts';
import { exportCalls } from '../ledger/export-calls.ts';
import type { SqlReader } from '../sql.ts';
import type { Findings } from './findings.ts';

/** Every row of the ledger, in the order in which it was booked. */
export async function* everyCall(db: SqlReader): AsyncGenerator<UsageEvent, void> {
  for await (const page of exportCalls(db)) yield* page;
}

/** Prices by their ids, as they were when they were used. */
export async function keptPrices(db: SqlReader): Promise<ReadonlyMap<string, ModelPrice>> {
  const rows = await db.all('select id, price from prices');
  // Our own writing, of a price that was checked when it was read.
  return new Map(rows.map((row) => [String(row['id']), JSON.parse(String(row['price']))]));
}

/** By how many pico-dollars each corrected call was corrected, all corrections together. */
export async function corrections(db: SqlReader): Promise<ReadonlyMap<string, bigint>> {
  const rows = await db.all(
    `select original.call_id, sum(correction.cost_pico) as pico
     from calls as correction join calls as original on original.seq = correction.corrects
     group by original.call_id`,
  );
  return new Map(rows.map((row) => [callIdOf(row['call_id']), BigInt(String(row['pico'] ?? 0))]));
}

/** What rows are held against. */
export interface PriceFacts {
  readonly prices: ReadonlyMap<string, ModelPrice>;
  readonly corrected: ReadonlyMap<string, bigint>;
}

export interface CostGap {
  readonly expected: string;
  readonly found: string;
  /** What a row of correction would say; absent where none can put it right. */
  readonly correction?: Required<Pick<UsageEvent, 'usage' | 'cost'>>;
}

/** What a call's cost ought to be by the price that its row names; undefined where it is just that. */
export function costGap(
  { callId, usage, cost }: UsageEvent,
  { prices, corrected }: PriceFacts,
): CostGap | undefined {
  if (usage === undefined) {
    if (cost === undefined) return undefined;
    return { expected: 'no cost: nothing was used', found: cost.picoUsd ?? cost.reason };
  }
  if (cost === undefined) return { expected: 'a cost, or why there is none', found: 'neither' };
  if (cost.picoUsd === null) return undefined;
  const price = prices.get(cost.priceId);
  if (price === undefined) return { expected: `the price ${cost.priceId}`, found: 'no such price' };
  const right = costOf(usage, price);
  const found = BigInt(cost.picoUsd) + (corrected.get(callId) ?? 0n);
  if (!right.ok) return { expected: `no cost: ${right.error}`, found: String(found) };
  if (right.value === found) return undefined;
  return {
    expected: String(right.value),
    found: String(found),
    correction: {
      usage: { input: {}, output: {}, provenance: usage.provenance },
      cost: { picoUsd: String(right.value - found), priceId: cost.priceId },
    },
  };
}

/** Cost equals tokens times the price version; what has no price, and what was cut off, is listed. */
export function auditCall(event: UsageEvent, facts: PriceFacts, findings: Findings): void {
  const { callId, cost, usage, provider, modelServed, modelAsked } = event;
  // Differences of money and tokens, which stand with the call that they correct.
  if (event.corrects !== undefined) {
    findings.note('corrections', callId);
    return;
  }
  const gap = costGap(event, facts);
  if (gap !== undefined) {
    const { expected, found } = gap;
    const what = `pico-dollars of call ${callId}`;
    findings.differ({ check: 'costs', what, expected, found, calls: [callId] });
  }
  if (cost?.picoUsd === null) {
    const model = `${provider ?? ''}/${modelServed ?? modelAsked}`;
    findings.note(`calls of ${model} without a cost: ${cost.reason}`, callId);
  }
  if (usage?.provenance === 'interrupted') {
    findings.note('interrupted calls, booked at what was seen or taken to be used', callId);
  }
  if (usage?.provenance === 'estimate') findings.note('calls whose tokens we counted', callId);
}
