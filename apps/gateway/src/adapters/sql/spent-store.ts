import { type Counter, type CounterFigures, counterId } from '@tollgate/core/budgets';
import type { Charge } from '@tollgate/core/usage';
import type { CallOutcome, SpentStore } from '../../ports/spent-store.ts';
import type { UsageReports } from '../../ports/usage-reports.ts';
import { bytesOfCallId, callIdOf } from './ledger/call-id.ts';
import type { SqlDatabase, SqlRow } from './sql.ts';

const PER_MILLION = 1_000_000n;

/** Budgets' figures as the ledger has them: what was settled, and the claims of open intents. */
export function createSqlSpentStore(
  db: SqlDatabase,
  reports: Pick<UsageReports, 'find'>,
): SpentStore {
  return {
    figures: async (counters) => {
      const wanted = new Map(counters.map((counter) => [counter.id, emptyFigures(counter)]));
      const rows = await db.all(
        figuresOf(counters.length),
        ...counters.flatMap(({ budgetId, window }) => [budgetId, window.start]),
      );
      for (const row of rows) {
        if (row['claims'] === null) {
          const budgetId = String(row['budget_id']);
          const figures = wanted.get(
            counterId({ budgetId, windowStart: Number(row['window_start']) }),
          );
          if (figures !== undefined) figures.spent = sumIn(row);
          continue;
        }
        const callId = callIdOf(row['call_id']);
        for (const claim of claimsIn(row['claims'])) {
          wanted.get(counterId(claim))?.open.push({ callId, amount: BigInt(claim.amount) });
        }
      }
      return [...wanted.values()];
    },

    outcomeOf: async (callId): Promise<CallOutcome> => {
      const [intent] = await db.all(
        'select attempt from intents where call_id = ? limit 1',
        bytesOfCallId(callId),
      );
      if (intent !== undefined) return { type: 'open' };
      const event = await reports.find(callId);
      return event === undefined ? { type: 'unknown' } : { type: 'settled', event };
    },
  };
}

/** One statement, so that each call is in what is spent or among the open ones, never in both. */
const figuresOf = (counters: number): string => `
  select budget_id, window_start, millions, rest, null as call_id, null as claims from budget_spend
  where ${Array.from({ length: counters }, () => '(budget_id = ? and window_start = ?)').join(' or ')}
  union all
  select null, null, null, null, call_id, claims from intents where claims is not null`;

type Figures = { -readonly [field in keyof CounterFigures]: CounterFigures[field] } & {
  readonly open: { readonly callId: string; readonly amount: bigint }[];
};

const emptyFigures = (counter: Counter): Figures => ({ counter, spent: 0n, open: [] });

const sumIn = (row: SqlRow): bigint =>
  BigInt(String(row['millions'])) * PER_MILLION + BigInt(String(row['rest']));

function claimsIn(text: unknown): readonly (Omit<Charge, 'amount'> & { amount: string })[] {
  return JSON.parse(String(text));
}
