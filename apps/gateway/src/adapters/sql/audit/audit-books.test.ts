import { chargeOf, counterOf } from '@tollgate/core/budgets';
import type { UsageEvent } from '@tollgate/core/usage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenedEngine, onEngine, testedEngines } from '../../../../test/support/engines.ts';
import type { DayFigures } from '../../../ports/day-figures.ts';
import { keyBudget } from '../../test-support/key-budget.ts';
import { PRICE, usageEvent, ZION_USER } from '../../test-support/usage-event.ts';
import { inlineLedger } from '../../test-support/with-ledger.ts';
import type { SqlDatabase } from '../sql.ts';
import { auditBooks } from './audit-books.ts';
import { repairBooks } from './repair-books.ts';

const BUDGET = keyBudget('0.000000001 USD/day in Europe/Berlin');

for (const engine of await testedEngines()) {
  const { missing } = engine;
  describe.skipIf(missing !== undefined)(onEngine('the books', engine), () => {
    let opened: OpenedEngine;
    let db: SqlDatabase;
    beforeEach(async () => {
      opened = await engine.open();
      db = opened.db;
    });
    afterEach(() => opened[Symbol.asyncDispose]());

    /** 10 uncached tokens at 1 and 5 of text at 2. */
    const COST = { picoUsd: '20', priceId: PRICE.id };

    /** Booked as a gateway books. */
    async function book(...events: readonly UsageEvent[]): Promise<void> {
      const ledger = inlineLedger(db);
      for (const event of events) {
        const { budgetId, window } = counterOf(BUDGET, event.startedAt);
        const charge = { budgetId, windowStart: window.start, amount: chargeOf(BUDGET, event) };
        ledger.record(event, { price: PRICE, charges: [charge] });
      }
      await ledger.flush();
    }

    const priced = (changes: Partial<UsageEvent> = {}) => usageEvent({ cost: COST, ...changes });

    const audit = () => auditBooks(db, { budgets: [BUDGET] });

    describe('an audit', () => {
      it('finds nothing in books that nobody touched, and lists what is worth knowing', async () => {
        const interrupted = priced({
          usage: { input: { uncached: 10 }, output: { text: 5 }, provenance: 'interrupted' },
        });
        const unpriced = usageEvent({ cost: { picoUsd: null, reason: 'no price for the model' } });
        await book(priced(), priced({ user: ZION_USER }), interrupted, unpriced);

        const report = await audit();

        expect(report.differences).toEqual([]);
        expect(report.calls).toBe(4);
        expect(report.notes).toEqual([
          {
            what: 'interrupted calls, booked at what was seen or taken to be used',
            count: 1,
            calls: [interrupted.callId],
          },
          {
            what: 'calls of openai/gpt-4o-mini without a cost: no price for the model',
            count: 1,
            calls: [unpriced.callId],
          },
          { what: 'events that wait to be sent for zion', count: 1, calls: [] },
        ]);
      });

      it.each([
        ['a rollup that was changed', 'update rollups set requests = requests + 1', 'rollups'],
        ['a rollup that is gone', 'delete from rollups where minutes = 15', 'rollups'],
        ['a row that is gone', 'delete from calls', 'rollups'],
        ['a cost that is not tokens times price', 'update calls set cost_pico = 21', 'costs'],
        ['tokens that were changed', 'update calls set output_text = 6', 'costs'],
        ['a price that is gone', 'delete from prices', 'costs'],
        [
          'a budget that spent something else',
          'update budget_spend set rest = rest + 1',
          'budgets',
        ],
        ['a budget that forgot', 'delete from budget_spend', 'budgets'],
        ['what Zion was never told', 'delete from outbox_items', 'outbox'],
        [
          'an intent whose call is settled',
          `insert into intents (call_id, attempt, instance, started_at, caller, route, stream,
         input_tokens, output_tokens)
       select call_id, attempt, 'gw_1', started_at, caller, route, 0, 1, 1 from calls`,
          'intents',
        ],
      ])('finds %s, with the call behind it', async (_what, damage, check) => {
        const call = priced({ user: ZION_USER });
        await book(call);
        await db.run(damage);

        const { differences } = await audit();

        const found = differences.find((one) => one.check === check);
        expect(found).toBeDefined();
        if (!damage.startsWith('delete from calls')) expect(found?.calls).toEqual([call.callId]);
      });

      it('names what was expected and what was found', async () => {
        const call = priced();
        await book(call);
        await db.run('update calls set cost_pico = 21');

        expect((await audit()).differences.find(({ check }) => check === 'costs')).toEqual({
          check: 'costs',
          what: `pico-dollars of call ${call.callId}`,
          expected: '20',
          found: '21',
          calls: [call.callId],
        });
      });

      it('takes it as it is whether a call of a budget’s first second was counted', async () => {
        await book(priced());
        const young = { ...BUDGET, createdAt: Date.UTC(2026, 10, 23, 12) - 500 };

        expect((await auditBooks(db, { budgets: [young] })).differences).toEqual([]);
        await db.run('delete from budget_spend');
        expect((await auditBooks(db, { budgets: [young] })).differences).toEqual([]);
        expect((await auditBooks(db, { budgets: [BUDGET] })).differences).toHaveLength(1);
      });

      it('holds itself against a provider’s figures, by day and model', async () => {
        const call = priced();
        await book(call, priced());
        const day = '2026-11-23';
        const ours = { day, model: 'gpt-4o-mini', requests: 2, inputTokens: 20, outputTokens: 10 };
        const against = (...figures: readonly DayFigures[]) =>
          auditBooks(db, { budgets: [], theirs: [{ of: 'openai', figures }] });

        expect((await against(ours)).differences).toEqual([]);
        // A bill is rounded to the cent.
        expect((await against({ ...ours, picoUsd: 1_000_000_000n })).differences).toEqual([]);
        const other = { day, model: 'gpt-5', requests: 1, inputTokens: 3 };
        expect((await against({ ...ours, requests: 3 }, other)).differences).toEqual([
          {
            check: 'provider',
            what: `openai on ${day}, gpt-4o-mini`,
            expected: 'theirs: 3 requests',
            found: 'ours: 2 requests',
            calls: [call.callId, expect.any(String)],
          },
          {
            check: 'provider',
            what: `openai on ${day}, gpt-5`,
            expected: 'theirs: 1 requests, 3 inputTokens',
            found: 'ours: 0 requests, 0 inputTokens',
            calls: [],
          },
        ]);
        // Days that they do not tell of are not held against them.
        expect(
          (await against({ ...ours, day: '2026-11-22', requests: 0 })).differences,
        ).toHaveLength(1);
      });

      it('holds what Zion was told against what it says', async () => {
        await book(priced({ user: ZION_USER }), priced());
        const zion = { day: '2026-11-23', model: 'gpt-4o-mini', requests: 1, inputTokens: 10 };

        expect((await auditBooks(db, { budgets: [], zion: [zion] })).differences).toEqual([]);
        const wrong = await auditBooks(db, { budgets: [], zion: [{ ...zion, inputTokens: 11 }] });
        expect(wrong.differences).toMatchObject([
          { check: 'zion', expected: 'theirs: 11 inputTokens', found: 'ours: 10 inputTokens' },
        ]);
      });

      it('ends its list somewhere, and says how many more there are', async () => {
        const events = Array.from({ length: 1_200 }, () => priced());
        await book(...events);
        await db.run('update calls set cost_pico = cost_pico + 1');

        const { differences, more } = await audit();

        expect(differences).toHaveLength(1_000);
        expect(more).toBeGreaterThanOrEqual(200);
      });
    });

    describe('a repair', () => {
      const repair = () => {
        let made = 0;
        return repairBooks(db, {
          budgets: [BUDGET],
          now: Date.UTC(2026, 10, 24),
          newCallId: () => {
            made += 1;
            return `019ac000-0000-7000-8000-${String(made).padStart(12, '0')}`;
          },
        });
      };

      it('corrects a cost by a row of its own and mends sums; the audit then agrees', async () => {
        const [wrong, right] = [priced(), priced()];
        await book(wrong, right);
        await db.run('update calls set cost_pico = 25 where seq = 1');
        await db.run('update rollups set requests = requests + 1');
        await db.run('update budget_spend set rest = rest + 5');

        const rows = await db.all('select seq, cost_pico from calls order by seq');
        const repaired = await repair();

        expect(repaired).toMatchObject({ corrections: 1 });
        const after = await db.all('select seq, cost_pico, corrects from calls order by seq');
        expect(after.slice(0, 2).map(({ seq, cost_pico }) => ({ seq, cost_pico }))).toEqual(
          rows.map(({ seq, cost_pico }) => ({ seq, cost_pico })),
        );
        expect(after.slice(2)).toMatchObject([{ cost_pico: -5n, corrects: 1n }]);
        expect((await audit()).differences).toEqual([]);
        const [sum] = await inlineLedger(db).summary({ groupBy: [] });
        expect(sum).toMatchObject({ requests: 2, costPicoUsd: '40' });
        expect(await db.all("select id from instances where id like 'audit%'")).toEqual([]);
      });

      it('corrects as many rows as there are wrong ones, more than a page of them too', async () => {
        await book(...Array.from({ length: 1_200 }, () => priced()));
        await db.run('update calls set cost_pico = 25');

        expect(await repair()).toMatchObject({ corrections: 1_200 });

        expect((await audit()).differences).toEqual([]);
        expect(await repair()).toEqual({ corrections: 0, rollups: 0, windows: 0 });
      });

      it('changes nothing where nothing is wrong, nor a second time', async () => {
        await book(priced());
        await db.run('update calls set cost_pico = 25');
        await repair();

        expect(await repair()).toEqual({ corrections: 0, rollups: 0, windows: 0 });
        expect((await audit()).differences).toEqual([]);
      });
    });
  });
}
