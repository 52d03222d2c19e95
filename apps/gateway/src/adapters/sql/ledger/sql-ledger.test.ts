import { randomBytes } from 'node:crypto';
import { eventOfLost, type Intent, type UsageEvent } from '@tollgate/core/usage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenedEngine, onEngine, testedEngines } from '../../../../test/support/engines.ts';
import { PRICE, usageEvent, ZION_USER } from '../../test-support/usage-event.ts';
import { inlineLedger, inlineWriter } from '../../test-support/with-ledger.ts';
import type { SqlDatabase, SqlRow } from '../sql.ts';

let opened: OpenedEngine;
let db: SqlDatabase;

const ledgerWith = (options: Parameters<typeof inlineLedger>[1] = {}) => inlineLedger(db, options);

const count = async (table: string): Promise<number> =>
  Number((await db.all(`select count(*) as n from ${table}`))[0]?.['n']);
const stored = (): Promise<number> => count('calls');
const plain = (rows: readonly SqlRow[]): SqlRow[] => rows.map((row) => ({ ...row }));

const FULL: Partial<UsageEvent> = {
  user: ZION_USER,
  userId: 'user_1',
  teamId: 'team_1',
  organisationId: 'org_1',
  tags: ['batch', 'eu'],
  metadata: { job: '7' },
  serviceTier: 'priority',
  modelSent: 'gpt-4o',
  stream: true,
  attempt: 2,
  usage: {
    input: { uncached: 1, cacheRead: 2, cacheWrite5m: 3, cacheWrite1h: 4, audio: 5, image: 6 },
    output: {
      text: 7,
      reasoning: 8,
      audio: 9,
      image: 0,
      acceptedPrediction: 1,
      rejectedPrediction: 2,
    },
    serverTools: { web_search: 2 },
    provenance: 'interrupted',
  },
  status: 'client_closed',
  errorKind: 'client_closed',
  cost: { picoUsd: '9223372036854775807', priceId: 'price_1' },
  timeToFirstTokenMs: 33,
  losses: ['messages.0.name', 'topK'],
};

for (const engine of await testedEngines()) {
  const { missing } = engine;
  describe.skipIf(missing !== undefined)(onEngine('the ledger', engine), () => {
    beforeEach(async () => {
      opened = await engine.open();
      ({ db } = opened);
    });
    afterEach(() => opened[Symbol.asyncDispose]());

    describe('writing the ledger', () => {
      it.each([
        ['an ordinary call', usageEvent()],
        ['a call with everything', usageEvent(FULL)],
        ['a call that never reached a provider', bare()],
        ['a call without a price', usageEvent({ cost: { picoUsd: null, reason: 'no price' } })],
      ])('gives %s back as it was recorded', async (_what, event) => {
        const ledger = ledgerWith();

        ledger.record(event, { price: PRICE });

        expect(await ledger.find(event.callId)).toEqual(event);
      });

      it('keeps each price once, as what its costs can be computed by again', async () => {
        const ledger = ledgerWith();
        const cost = { picoUsd: '20', priceId: PRICE.id };

        ledger.record(usageEvent({ cost }), { price: PRICE });
        ledger.record(usageEvent({ cost }), { price: PRICE });
        await ledger.flush();

        expect(plain(await db.all('select id, source, price from prices'))).toEqual([
          { id: PRICE.id, source: PRICE.source, price: JSON.stringify(PRICE.price) },
        ]);
      });

      it('keeps a price in the commit that succeeds, not in one that was refused', async () => {
        const ledger = ledgerWith();
        await db.run('alter table calls rename to calls_away');
        ledger.record(usageEvent({ cost: { picoUsd: '20', priceId: PRICE.id } }), { price: PRICE });
        await expect(ledger.flush()).rejects.toThrow("can't be written");
        await db.run('alter table calls_away rename to calls');
        await ledger.flush();

        expect(plain(await db.all('select id from prices'))).toEqual([{ id: PRICE.id }]);
      });

      it('adds costs up exactly, far beyond what SQLite sums and what a number holds', async () => {
        const ledger = ledgerWith();
        const most = 2n ** 63n - 1n;
        for (let i = 0; i < 3; i += 1) {
          ledger.record(usageEvent({ cost: { picoUsd: String(most), priceId: PRICE.id } }), {
            price: PRICE,
          });
        }
        ledger.record(usageEvent({ cost: { picoUsd: null, reason: 'no price for the model' } }));
        ledger.record(bare());

        expect(await ledger.summary({ groupBy: [] })).toMatchObject([
          { requests: 5, costPicoUsd: String(3n * most), unpricedRequests: 1 },
        ]);
      });

      it('commits what was recorded together in one group, without being asked', async () => {
        const ledger = ledgerWith();
        const heard = Promise.withResolvers<void>();
        const events = Array.from({ length: 50 }, () => usageEvent());
        const seen: string[] = [];
        ledger.subscribe((event) => {
          seen.push(event.callId);
          if (seen.length === events.length) heard.resolve();
        });

        for (const event of events) ledger.record(event);
        expect(await stored()).toBe(0);
        await heard.promise;

        expect(await stored()).toBe(50);
        expect(seen).toEqual(events.map(({ callId }) => callId));
      });

      it('commits a group at its bound, and the rest after it, instead of dropping', async () => {
        const groups: number[] = [];
        const writer = inlineWriter(db, { instance: 'gw_1' });
        const ledger = ledgerWith({
          maxBatch: 10,
          writer: {
            write: (batch) => {
              groups.push(batch.events.length);
              return writer.write(batch);
            },
          },
        });

        for (let turn = 0; turn < 25; turn += 1) ledger.record(usageEvent());
        await ledger.close();

        expect(await stored()).toBe(25);
        expect(groups).toEqual([10, 10, 5]);
      });

      it('tells apart calls that differ by the model that was sent for alone', async () => {
        const ledger = ledgerWith();
        const sent = ['gpt-4o', 'gpt-4o-latest', undefined];
        const events = sent.map((modelSent) =>
          usageEvent({ modelServed: 'gpt-4o-2024-08-06', ...(modelSent && { modelSent }) }),
        );
        for (const event of events) ledger.record(event);
        await ledger.flush();

        const found = await Promise.all(events.map(({ callId }) => ledger.find(callId)));
        expect(found.map((event) => event?.modelSent)).toEqual(sent);
      });

      it('writes an event once that was recorded twice under one call id', async () => {
        const ledger = ledgerWith();
        const event = usageEvent({ user: ZION_USER });

        ledger.record(event);
        await ledger.flush();
        ledger.record({ ...event, latencyMs: 9 });
        await ledger.flush();

        expect(await stored()).toBe(1);
        expect(await count('outbox_items')).toBe(1);
      });

      it('adds what calls spend of budgets up exactly, once each', async () => {
        const ledger = ledgerWith();
        const most = 2n ** 80n + 999_999n;
        const charge = { budgetId: 'bud_1', windowStart: 5, amount: most };
        const event = usageEvent();

        ledger.record(event, { charges: [charge, { ...charge, budgetId: 'bud_2', amount: 1n }] });
        ledger.record(usageEvent(), { charges: [charge] });
        await ledger.flush();
        ledger.record(event, { charges: [charge] });
        await ledger.flush();

        const spent = await db.all('select * from budget_spend order by budget_id');
        const sums = spent.map(
          (row) => BigInt(`${row['millions']}`) * 1_000_000n + BigInt(`${row['rest']}`),
        );
        expect(sums).toEqual([2n * most, 1n]);
      });

      it('books a correction as a difference, in the time of what it corrects, and as no call', async () => {
        const ledger = ledgerWith();
        const event = usageEvent();
        ledger.record(event);
        await ledger.flush();
        const less = {
          input: { uncached: -4 },
          output: { text: 1 },
          provenance: 'provider',
        } as const;
        const correction = usageEvent({ usage: less, corrects: event.callId });

        ledger.record(correction);
        ledger.record(usageEvent({ corrects: '019ab000-0000-7000-8000-ffffffffffff' }));

        expect(await ledger.find(correction.callId)).toEqual(correction);
        expect(await ledger.summary({ groupBy: [] })).toMatchObject([
          { requests: 1, inputTokens: 6, outputTokens: 6 },
        ]);
      });

      it.each([
        ['a NUL', 'gpt\0-4o'],
        ['half a character', 'gpt-\ud83d'],
        ['thousands of letters', randomBytes(8_000).toString('base64')],
      ])('books calls whose texts hold %s, as one caller and one route', async (_what, text) => {
        const ledger = ledgerWith();
        const call = { keyName: text, modelAsked: text, modelServed: text };
        // Another gateway, which must find what the first has written.
        for (const gateway of [ledger, ledgerWith({ instance: 'gw_other' })]) {
          gateway.record(usageEvent(call));
          await gateway.flush();
        }

        expect(await stored()).toBe(2);
        expect(await db.all('select distinct caller, route from calls')).toHaveLength(1);
        const [last] = await ledger.recent({ limit: 1 });
        expect(last?.modelAsked.slice(0, 3)).toBe(text.slice(0, 3));
        expect(last?.modelAsked.length).toBeLessThanOrEqual(512);
      });

      it('tells models apart whose names were made to have one MD5 digest', async () => {
        const ledger = ledgerWith();
        const twin = (letter: string): string =>
          `TEXTCOLLBYfGiJUETHQ4h${letter}cKSMd5zYpgqf1YRDhkmxHkhPWptrkoyz28wnI9V0aHeAuaKnak`;
        const models = [twin('A'), twin('E')];
        for (const modelAsked of models) {
          ledger.record(usageEvent({ modelAsked }));
          await ledger.flush();
        }

        const recent = await ledger.recent({ limit: 2 });
        expect(recent.map(({ modelAsked }) => modelAsked).sort()).toEqual(models);
      });

      it('stores no count that nobody can have counted', async () => {
        const ledger = ledgerWith();
        const usage = {
          input: { uncached: -5, cacheRead: 1.5 },
          output: { text: Number.NaN, reasoning: 2 ** 60 },
          provenance: 'provider',
        } as const;
        const event = usageEvent({ usage, latencyMs: 1.75 });

        ledger.record(event);

        expect(await ledger.find(event.callId)).toMatchObject({
          latencyMs: 2,
          usage: { input: {}, output: {} },
        });
      });

      it('keeps, in the same commit, what must go on for users of the governance service only', async () => {
        const ledger = ledgerWith();
        const told = usageEvent({
          user: ZION_USER,
          face: 'native',
          modelAsked: 'openai/gpt-4o-mini',
          modelServed: 'gpt-4o-mini-2024-07-18',
        });
        ledger.record(told);
        ledger.record(usageEvent());
        ledger.record({ ...bare(), user: ZION_USER });
        await ledger.flush();

        const rows = await db.all(
          'select channel, event_id, owner, input_tokens, body from outbox_items',
        );

        expect(plain(rows)).toEqual([
          {
            channel: 'zion',
            event_id: told.callId,
            owner: 'test@test.com',
            input_tokens: 10n,
            body: expect.stringContaining('"model":"gpt-4o-mini"'),
          },
        ]);
      });

      it('holds events while the database refuses, says so, and writes them when it is back', async () => {
        const ledger = ledgerWith();
        await db.run('alter table calls rename to calls_away');
        // The statement is compiled anew, and finds no table.
        ledger.record(usageEvent());
        await expect(ledger.flush()).rejects.toThrow("can't be written");
        expect(await ledger.status()).toMatchObject({ name: 'ledger', status: 'unhealthy' });

        await db.run('alter table calls_away rename to calls');
        await ledger.flush();

        expect(await stored()).toBe(1);
        expect(await ledger.status()).toEqual({ name: 'ledger', status: 'healthy' });
      });

      it('loses, says so, and stays quiet about an event that comes after its end', async () => {
        const problems: string[] = [];
        const log = {
          debug() {},
          info() {},
          warn() {},
          error: (_fields: object, what: string) => problems.push(what),
        };
        const ledger = ledgerWith({ log });
        await ledger.close();

        ledger.record(usageEvent());

        expect(problems).toEqual(['a call ended after the ledger']);
        expect(await ledger.status()).toMatchObject({ status: 'degraded' });
        expect(await stored()).toBe(0);
      });

      it('counts as lost what comes beyond its bound while the database refuses', async () => {
        const ledger = ledgerWith({ maxHeld: 3 });
        await db.run('alter table calls rename to calls_away');
        for (let turn = 0; turn < 5; turn += 1) ledger.record(usageEvent());
        await expect(ledger.flush()).rejects.toThrow();

        await db.run('alter table calls_away rename to calls');
        await ledger.flush();

        expect(await stored()).toBe(3);
        expect(await ledger.status()).toMatchObject({
          status: 'degraded',
          detail: expect.stringContaining('2 events were lost'),
        });
      });
    });

    describe('an intent', () => {
      const intentOf = (event: UsageEvent): Intent => {
        const {
          usage: _usage,
          status: _status,
          latencyMs: _latency,
          losses: _losses,
          ...call
        } = event;
        return { ...call, estimate: { inputTokens: 3, outputTokens: 4 } };
      };

      it('is durable when it resolves, and until the event of its call is', async () => {
        const ledger = ledgerWith();
        const event = usageEvent({ user: ZION_USER, serviceTier: 'flex' });
        const intent = intentOf(event);

        const durable = await Promise.all([ledger.intend(intent), ledger.intend(intentOf(bare()))]);
        const next = ledgerWith({ instance: 'gw_next' });
        expect(durable).toEqual([true, true]);
        expect(await ledger.lost()).toEqual([]);
        expect(await next.lost()).toHaveLength(2);
        ledger.record(event);
        expect(await next.lost()).toContainEqual(intent);
        await ledger.flush();

        expect(await next.lost()).not.toContainEqual(intent);
        expect(await next.lost()).toHaveLength(1);
      });

      it('stands as it was last raised, with what it holds of budgets', async () => {
        const ledger = ledgerWith();
        const intent = intentOf(usageEvent());
        const claim = { budgetId: 'bud_1', windowStart: 0, amount: 2n ** 70n };
        await ledger.intend(intent);

        const stands = { estimate: { inputTokens: 3, outputTokens: 90 }, claims: [claim] };
        ledger.extend(intent.callId, stands);
        await ledger.flush();

        const next = ledgerWith({ instance: 'gw_next' });
        expect(await next.lost()).toEqual([{ ...intent, ...stands }]);
      });

      it('of an instance that is alive is nobody else’s to settle', async () => {
        await ledgerWith().intend(intentOf(usageEvent()));

        const asked = (aliveSince: number) =>
          ledgerWith({ instance: 'gw_next', aliveSince: async () => aliveSince }).lost();
        expect(await asked(0)).toEqual([]);
        expect(await asked(Number.POSITIVE_INFINITY)).toHaveLength(1);
      });

      it('is settled by one of two gateways that find it lost, with all that is booked beside it', async () => {
        const intent = intentOf(usageEvent({ user: ZION_USER }));
        await ledgerWith().intend(intent);
        const [one, other] = [ledgerWith({ instance: 'gw_1' }), ledgerWith({ instance: 'gw_2' })];
        const heard: string[] = [];
        const charges = [{ budgetId: 'bud_1', windowStart: 0, amount: 1n }];
        for (const ledger of [one, other]) {
          ledger.subscribe(({ callId }) => heard.push(callId));
          for (const lost of await ledger.lost()) {
            ledger.record(eventOfLost(lost, 0), { isLost: true, charges });
          }
        }
        await Promise.all([one.flush(), other.flush()]);

        expect(heard).toEqual([intent.callId]);
        expect(await one.summary({ groupBy: [] })).toMatchObject([
          { requests: 1, inputTokens: 3, outputTokens: 4, estimatedRequests: 1 },
        ]);
        expect(plain(await db.all('select millions, rest from budget_spend'))).toEqual([
          { millions: 0n, rest: 1n },
        ]);
        expect(await one.lost()).toEqual([]);
      });

      it('is refused while the database can not be written, at once after the first time', async () => {
        const ledger = ledgerWith();
        await db.run('alter table intents rename to intents_away');
        expect(await ledger.intend(intentOf(usageEvent()))).toBe(false);
        await db.run('alter table intents_away rename to intents');

        expect(await ledger.intend(intentOf(usageEvent()))).toBe(false);
        await ledger.flush();
        expect(await ledger.intend(intentOf(usageEvent()))).toBe(true);
      });

      it('is refused by a ledger that is closed', async () => {
        const ledger = ledgerWith();
        await ledger.close();

        expect(await ledger.intend(intentOf(usageEvent()))).toBe(false);
      });
    });

    describe('reading the ledger', () => {
      it('sums by day, key and model, with estimates and failures counted', async () => {
        const ledger = ledgerWith();
        const nextDay = Date.UTC(2026, 10, 24);
        ledger.record(usageEvent(FULL));
        ledger.record(usageEvent({ startedAt: nextDay - 1, status: 'failed' }));
        ledger.record(usageEvent({ startedAt: nextDay, keyId: 'key_2', keyName: 'other' }));

        expect(await ledger.summary({ groupBy: ['day', 'key', 'model'] })).toEqual([
          {
            day: '2026-11-23',
            keyId: 'key_1',
            keyName: 'app',
            model: 'openai/gpt-4o-mini',
            requests: 2,
            costPicoUsd: '9223372036854775807',
            unpricedRequests: 0,
            inputTokens: 31,
            cachedInputTokens: 2,
            cacheWriteTokens: 7,
            outputTokens: 32,
            reasoningTokens: 8,
            estimatedRequests: 1,
            failedRequests: 1,
          },
          expect.objectContaining({
            day: '2026-11-24',
            keyId: 'key_2',
            requests: 1,
            inputTokens: 10,
          }),
        ]);
        expect(await ledger.summary({ groupBy: [], from: nextDay })).toEqual([
          expect.objectContaining({ requests: 1 }),
        ]);
        expect(await ledger.summary({ groupBy: [], to: nextDay, keyId: 'key_2' })).toEqual([]);
      });

      it('books a call near midnight into the day of the asker’s zone alone', async () => {
        const ledger = ledgerWith();
        const midnight = Date.UTC(2026, 10, 24);
        const starts = [midnight - 3_600_000, midnight - 1, midnight, midnight + 82_800_000];
        for (const startedAt of starts) ledger.record(usageEvent({ startedAt }));
        const days = async (zone: string) =>
          (await ledger.summary({ groupBy: ['day', 'key'], zone })).map(
            ({ day, requests, inputTokens }) => [day, requests, inputTokens],
          );

        expect(await days('Europe/Berlin')).toEqual([
          ['2026-11-24', 3, 30],
          ['2026-11-25', 1, 10],
        ]);
        expect(await days('America/St_Johns')).toEqual([
          ['2026-11-23', 3, 30],
          ['2026-11-24', 1, 10],
        ]);
      });

      it('sums beyond what 32 bits hold', async () => {
        const ledger = ledgerWith();
        const usage = { input: { uncached: 2 ** 40 }, output: {}, provenance: 'provider' } as const;
        for (let turn = 0; turn < 100; turn += 1) ledger.record(usageEvent({ usage }));

        const [row] = await ledger.summary({ groupBy: ['key'] });

        expect(row?.inputTokens).toBe(100 * 2 ** 40);
      });

      it('pages through the latest first, by key where asked', async () => {
        const ledger = ledgerWith();
        const events = [0, 1, 2, 3, 4].map((n) =>
          usageEvent({ keyId: n % 2 === 0 ? 'even' : 'odd' }),
        );
        for (const event of events) ledger.record(event);
        const ids = (page: readonly UsageEvent[]) => page.map(({ callId }) => callId);
        const all = ids(events).reverse();

        const first = await ledger.recent({ limit: 2 });
        const second = await ledger.recent({ limit: 10, after: first[1]?.callId ?? '' });

        expect([...ids(first), ...ids(second)]).toEqual(all);
        expect(ids(await ledger.recent({ limit: 10, keyId: 'odd' }))).toEqual([all[1], all[3]]);
        expect(await ledger.recent({ limit: 10, after: 'unknown' })).toEqual([]);
      });
    });
  });
}

function bare(): UsageEvent {
  const { usage: _usage, provider: _provider, modelServed: _served, ...event } = usageEvent();
  return { ...event, status: 'failed', errorKind: 'model_not_found' };
}
