import { quotaId } from '@tollgate/core/budgets';
import {
  aiUsageLimit,
  type ControlledReply,
  chatResponse,
  controlledReply,
  createHarness,
  dataEvents,
  type Harness,
  json,
  streamingChunks,
  TEST_EXTERNAL_ID,
  VirtualClock,
  type ZionLimit,
} from '@tollgate/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBatchWriter } from '../src/adapters/sql/ledger/settle.ts';
import type { SqlDatabase } from '../src/adapters/sql/sql.ts';
import { usageEvent, ZION_USER } from '../src/adapters/test-support/usage-event.ts';
import { createApp } from '../src/create-app.ts';
import { type OpenedTopology, onTopology, testedTopologies } from './support/topologies.ts';
import { storeBudgets } from './support/with-budgets.ts';

const CHAT = '/v1/chat/completions';
const TTL_SECONDS = 30;
/** After it what Zion said last is asked for again. */
const NEXT_SNAPSHOT_MS = (TTL_SECONDS + 1) * 1_000;
const HOUR_MS = 3_600_000;
const PLENTY = [0, 1_000_000] as const;

const body = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] };

let topology: OpenedTopology;

const underZion = (clock?: VirtualClock): Promise<Harness> =>
  createHarness(createApp, {
    governance: 'zion',
    settings: topology.with({
      config: {
        limits: { requestsPerMinute: 1_000_000 },
        ...(topology.isShared && { storage: { deadAfterSeconds: 2 } }),
      },
      env: { CACHE_TTL_SECONDS: String(TTL_SECONDS) },
    }),
    ...(clock === undefined ? undefined : { clock }),
  });

/** So many requests used of so many, in a period that goes on. */
const requests = (
  used: number,
  limit: number,
  periodEnd = Date.now() + 100 * HOUR_MS,
): ZionLimit => ({
  ...aiUsageLimit(PLENTY, PLENTY, [used, limit]),
  periodEnd: new Date(periodEnd).toISOString(),
});

const says = (harness: Harness, limit: ZionLimit) =>
  harness.zion.mockGetLimitsSuccess(TEST_EXTERNAL_ID, [limit]);

const answers = (harness: Harness) =>
  harness.openai
    .mockChatCompletion(json(chatResponse('Hello!', { input: 11, output: 5 })))
    .persist();

/** Sends one call after another; each is durable before the next. Resolves with their statuses. */
async function statusesOf(harness: Harness, calls: number): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (let sent = 0; sent < calls; sent += 1) {
    const reply = await harness.withToken().post(CHAT).send(body);
    if (reply.status === 200) await harness.settled(reply.headers['x-tollgate-call'] ?? '');
    statuses.push(reply.status);
  }
  return statuses;
}

async function endOf(running: ControlledReply): Promise<void> {
  for (const event of dataEvents(streamingChunks('Hi.'))) await running.send(event);
  await running.end();
}

/** A call that holds a request of the user's, of a gateway that was killed in it. */
async function leftOpenByTheDead(db: SqlDatabase): Promise<void> {
  const userId = `zion:${ZION_USER.id}`;
  const call = { ...usageEvent({ startedAt: Date.now() }), user: ZION_USER, userId };
  const held = { budgetId: quotaId(userId, 'aiRequests'), windowStart: 0, amount: '1' };
  const intent = { ...call, estimate: { inputTokens: 3, outputTokens: 4 } };
  await createBatchWriter(db, { instance: 'gw_dead' }).write({
    at: Date.now(),
    intents: [{ intent, claims: [held] }],
    extended: [],
    withdrawn: [],
    events: [],
  });
  await db.close();
}

for (const tested of await testedTopologies()) {
  const { missing } = tested;
  describe.skipIf(missing !== undefined)(onTopology('a user’s limits at Zion', tested), () => {
    beforeEach(async () => {
      topology = await tested.open();
    });
    afterEach(() => topology[Symbol.asyncDispose]());

    it('let exactly as many of 200 calls at once through as there are requests left', async () => {
      await using harness = await underZion();
      says(harness, requests(90, 100));
      answers(harness);

      const replies = await Promise.all(
        Array.from({ length: 200 }, () => harness.withToken().post(CHAT).send(body)),
      );

      const refused = replies.filter(({ status }) => status === 429);
      expect(replies.filter(({ status }) => status === 200)).toHaveLength(10);
      expect(refused).toHaveLength(190);
      expect(harness.openai.receivedRequests()).toHaveLength(10);
      for (const { body: said, headers } of refused) {
        expect(said.error).toMatchObject({ code: 'QUOTA_EXCEEDED' });
        expect(said.error.message).toContain('ai_usage.aiRequests is used up (100 of 100');
        expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      }
    });

    it('hold for tokens too: the rest is enough for a call to go on, and not there for another', async () => {
      await using harness = await underZion();
      const limit = aiUsageLimit(PLENTY, [19_900, 20_000], PLENTY);
      says(harness, { ...limit, periodEnd: new Date(Date.now() + HOUR_MS).toISOString() });
      const running = controlledReply();
      harness.openai.mockChatCompletion(running.reply);

      const first = harness
        .withToken()
        .post(CHAT)
        .send({ ...body, stream: true })
        .then((reply) => reply);
      await running.started;
      const refused = await harness.withToken().post(CHAT).send(body);
      await endOf(running);

      expect(refused.status).toBe(429);
      expect(refused.body.error.message).toContain('ai_usage.aiOutputTokens is used up');
      expect((await first).status).toBe(200);
    });

    it('count what Zion was not told yet, once, and not again when it is told late', async () => {
      const clock = new VirtualClock();
      await using harness = await underZion(clock);
      harness.zion.mockBatchIncrementServerError().persist();
      answers(harness);
      says(harness, requests(0, 3));
      expect(await statusesOf(harness, 2)).toEqual([200, 200]);

      // Zion knows of none of them, so it says that 3 are left; 1 is.
      says(harness, requests(0, 3));
      await clock.advance(NEXT_SNAPSHOT_MS);
      expect(await statusesOf(harness, 2)).toEqual([200, 429]);

      harness.zion.mockBatchIncrementSuccess().persist();
      await clock.advance(120_000);
      await harness.zion.waitForAiRequests(3);
      await harness.app.flush();
      says(harness, requests(3, 5));
      await clock.advance(NEXT_SNAPSHOT_MS);
      expect(await statusesOf(harness, 3)).toEqual([200, 200, 429]);
    });

    it('hold for a call that runs while Zion is asked again', async () => {
      const clock = new VirtualClock();
      await using harness = await underZion(clock);
      const running = controlledReply();
      harness.openai.mockChatCompletion(running.reply);
      says(harness, requests(0, 2)).times(2);
      const first = harness
        .withToken()
        .post(CHAT)
        .send({ ...body, stream: true })
        .then((reply) => reply);
      await running.started;
      harness.zion.mockBatchIncrementServerError().persist().optional();
      answers(harness);

      await clock.advance(NEXT_SNAPSHOT_MS);
      expect(await statusesOf(harness, 2)).toEqual([200, 429]);

      await endOf(running);
      expect((await first).status).toBe(200);
    });

    it('are forgotten when their period ends, and asked for again', async () => {
      const clock = new VirtualClock();
      await using harness = await underZion(clock);
      answers(harness);
      says(harness, requests(99, 100, clock.now() + 5_000));
      expect(await statusesOf(harness, 2)).toEqual([200, 429]);

      says(harness, requests(0, 2, clock.now() + HOUR_MS));
      harness.zion.mockBatchIncrementSuccess().persist().optional();
      await harness.app.flush();
      await clock.advance(6_000);
      expect(await statusesOf(harness, 3)).toEqual([200, 200, 429]);
    });

    it('serve on as they were told while Zion is away', async () => {
      const clock = new VirtualClock();
      await using harness = await underZion(clock);
      harness.zion.mockBatchIncrementServerError().persist().optional();
      answers(harness);
      says(harness, requests(0, 3));
      expect(await statusesOf(harness, 1)).toEqual([200]);

      harness.zion.mockGetLimitsServerError().persist();
      await clock.advance(NEXT_SNAPSHOT_MS);
      expect(await statusesOf(harness, 3)).toEqual([200, 200, 429]);
    });

    if (tested.isShared)
      it('count the call of a gateway that died as soon as another books it, before Zion is asked again', async () => {
        await using harness = await underZion();
        answers(harness);
        harness.zion.mockBatchIncrementServerError().persist().optional();
        says(harness, requests(0, 3)).persist();
        // What it held of a budget is settled with it.
        const budget = ['9 requests/day', { kind: 'model', id: 'openai/*' }] as const;
        await storeBudgets(harness.dataDir, [budget], topology.openLedger);
        await leftOpenByTheDead(topology.openLedger(harness.dataDir));
        expect(await statusesOf(harness, 1)).toEqual([200]);

        await expect
          .poll(
            async () => (await harness.app.usage()).map(({ provenance }) => provenance).sort(),
            { timeout: 15_000 },
          )
          .toEqual(['interrupted', 'provider']);

        expect(await statusesOf(harness, 2)).toEqual([200, 429]);
      }, 30_000);
  });
}
