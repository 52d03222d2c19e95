import type { Usage } from '@tollgate/core/chat';
import { costOf, type ModelPrice } from '@tollgate/core/pricing';
import { addUsage, hasCounts, type UsageEvent } from '@tollgate/core/usage';
import { exportCalls, exportCorrections } from '../ledger/export-calls.ts';
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

/** All corrections of one call together. */
export interface Corrected {
  readonly picoUsd: bigint;
  readonly usage: Usage;
  /** The one that the tokens are priced by now; absent: by the call's own. */
  readonly priceId: string | undefined;
}

/** Of each call that was corrected, by its id. */
export async function corrections(db: SqlReader): Promise<ReadonlyMap<string, Corrected>> {
  const all = new Map<string, Corrected>();
  for await (const page of exportCorrections(db)) {
    for (const { corrects, usage, cost } of page) {
      if (corrects === undefined || usage === undefined) continue;
      const before = all.get(corrects) ?? { picoUsd: 0n, usage: NOTHING, priceId: undefined };
      const isCounted = hasCounts(usage.input) || hasCounts(usage.output);
      const priceId = cost?.picoUsd == null || !isCounted ? before.priceId : cost.priceId;
      const picoUsd = before.picoUsd + BigInt(cost?.picoUsd ?? 0);
      all.set(corrects, { picoUsd, usage: addUsage(before.usage, usage), priceId });
    }
  }
  return all;
}

const NOTHING: Usage = { input: {}, output: {}, provenance: 'provider' };

/** What rows are held against. */
export interface PriceFacts {
  readonly prices: ReadonlyMap<string, ModelPrice>;
  readonly corrected: ReadonlyMap<string, Corrected>;
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
  const {
    picoUsd = 0n,
    usage: more = NOTHING,
    priceId = cost.priceId,
  } = corrected.get(callId) ?? {};
  const price = prices.get(priceId);
  if (price === undefined) return { expected: `the price ${priceId}`, found: 'no such price' };
  const right = costOf(addUsage(usage, more), price);
  const found = BigInt(cost.picoUsd) + picoUsd;
  if (!right.ok) return { expected: `no cost: ${right.error}`, found: String(found) };
  if (right.value === found) return undefined;
  return {
    expected: String(right.value),
    found: String(found),
    correction: {
      usage: { input: {}, output: {}, provenance: usage.provenance },
      cost: { picoUsd: String(right.value - found), priceId },
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
