import { chatResponse, createHarness, json, startServer } from '@tollgate/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SqlDatabase } from '../src/adapters/sql/sql.ts';
import { createApp } from '../src/create-app.ts';
import { type OpenedTopology, onTopology, testedTopologies } from './support/topologies.ts';
import { type BudgetList, MEMBER, withBudgets as storedIn } from './support/with-budgets.ts';

const SECRET = 'a-secret-of-the-threshold-test';
const TOKENS_A_CALL = 20;

interface Told {
  readonly id: string;
  readonly budgetId: string;
  readonly percent: number;
  readonly spent: string;
}

let told: Told[] = [];
let url = '';
let stop: () => Promise<void>;
let topology: OpenedTopology;

const withBudgets = (harness: Harness, budgets: BudgetList): Promise<readonly string[]> =>
  storedIn(harness, budgets, topology.openLedger);
beforeEach(async () => {
  told = [];
  const receiver = await startServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      told.push(...JSON.parse(Buffer.concat(chunks).toString()).events);
      res.writeHead(200).end();
    });
  });
  url = receiver.url;
  stop = () => receiver.close();
});
afterEach(() => stop());

async function started() {
  const webhooks = { finance: { url: `${url}/hook`, secret: SECRET, kinds: ['budget.threshold'] } };
  const settings = { config: { outbox: { webhooks, privateHosts: ['127.0.0.1'] } } };
  const harness = await createHarness(createApp, { settings: topology.with(settings) });
  harness.addSecret(SECRET);
  harness.addSecret(url);
  return harness;
}

type Harness = Awaited<ReturnType<typeof started>>;

async function spend(harness: Harness, calls: number): Promise<void> {
  const usage = { prompt_tokens: 15, completion_tokens: 5, total_tokens: TOKENS_A_CALL };
  for (let call = 0; call < calls; call += 1) {
    harness.openai.mockChatCompletion(json({ ...chatResponse('Hi.', { model: 'gpt-4o' }), usage }));
    const reply = await harness
      .withToken()
      .post('/v1/chat/completions')
      .send({ model: 'openai/gpt-4o', max_tokens: 5, messages: [{ role: 'user', content: 'Hi' }] })
      .expect(200);
    await harness.settled(reply.headers['x-tollgate-call'] ?? '');
  }
}

const percents = (): readonly number[] => told.map(({ percent }) => percent);
const untilTold = (expected: readonly number[]) =>
  expect.poll(percents, { timeout: 8_000 }).toEqual(expected);

for (const tested of await testedTopologies()) {
  const { missing } = tested;
  describe.skipIf(missing !== undefined)(onTopology('thresholds', tested), () => {
    beforeEach(async () => {
      topology = await tested.open();
    });
    afterEach(() => topology[Symbol.asyncDispose]());

    describe('a budget that comes to a share of its limit', () => {
      it('is told with what was spent, of what, in which window', async () => {
        await using harness = await started();
        const [id] = await withBudgets(harness, ['4 requests/life']);

        await spend(harness, 2);

        await untilTold([50]);
        expect(told).toEqual([
          {
            kind: 'budget.threshold',
            id: `${id}@life/4/50`,
            at: expect.any(Number),
            budgetId: id,
            budget: '4 requests/life',
            scope: MEMBER,
            percent: 50,
            measure: 'requests',
            spent: '2',
            limit: '4',
            windowStartsAt: 0,
          },
        ]);
      });

      it('is told at 50, 80 and 100 per cent, each once', async () => {
        await using harness = await started();
        await withBudgets(harness, ['5 requests/day']);

        await spend(harness, 5);

        await untilTold([50, 80, 100]);
        expect(told.map(({ spent }) => spent)).toEqual(['3', '4', '5']);
      });

      it('is told at all thresholds that one call takes it past', async () => {
        await using harness = await started();
        await withBudgets(harness, ['1 requests/day']);

        await spend(harness, 1);

        await untilTold([50, 80, 100]);
      });

      it('is told at its own thresholds, or never where it says so', async () => {
        await using harness = await started();
        const [warned] = await withBudgets(harness, [
          '10 requests/day warn:20,30',
          '10 requests/day warn:never',
        ]);

        await spend(harness, 3);

        await untilTold([20, 30]);
        expect(new Set(told.map(({ budgetId }) => budgetId))).toEqual(new Set([warned]));
      });

      it('is not told again after a restart', async () => {
        await using harness = await started();
        await withBudgets(harness, ['4 requests/life']);
        await spend(harness, 2);
        await untilTold([50]);

        await harness.restart();
        await spend(harness, 2);

        await untilTold([50, 80, 100]);
      });
    });

    describe('a gateway that starts', () => {
      it('tells what the one before it was killed before telling', async () => {
        await using harness = await started();
        const [id = ''] = await withBudgets(harness, ['2 requests/life']);

        await harness.stopApp();
        await spentInTheLedger(topology.openLedger(harness.dataDir), id);
        await harness.start();

        await untilTold([50]);
        expect(told[0]?.id).toBe(`${id}@life/2/50`);
      });
    });
  });
}

/** A request that is settled, as a kill leaves it whose moment is right after the commit. */
async function spentInTheLedger(db: SqlDatabase, budgetId: string): Promise<void> {
  await db.run(
    'insert into budget_spend (budget_id, window_start, millions, rest) values (?, 0, 0, 1)',
    budgetId,
  );
  await db.close();
}
