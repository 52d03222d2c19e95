import { readFileSync } from 'node:fs';
import { chatResponse, createHarness, json, TEST_MEMBER_KEY } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { withBudgets } from './support/with-budgets.ts';

/*
 * What users of other gateways suffered in budgets and accounting, eighteen troubles by their numbers, and
 * the test that keeps each from ours.
 */

const CORE = '../../../packages/core/src';

type Held = readonly [number: number, trouble: string, file: string, title: string];

const HELD: readonly Held[] = [
  [
    1,
    'spend of 0 where nobody knows the cost',
    'costs.test.ts',
    'says that a cost is unknown where nobody has a price, and never 0',
  ],
  [
    2,
    'streams without usage logged as nothing',
    'known-defects-usage.test.ts',
    'defect 25: a native stream without usage is estimated on both sides',
  ],
  [
    3,
    'calls dropped from the log with no trace',
    'several-gateways.test.ts',
    'book the calls of one that was killed, once, and those of one that lives never',
  ],
  [
    4,
    'budgets filled by worst-case holds',
    'budgets-load.test.ts',
    'are refused by a budget of 20 dollars only when it is spent',
  ],
  [
    5,
    'budgets passed by calls at once',
    'budgets-load.test.ts',
    'reach the provider a hundred times under a budget of a hundred requests',
  ],
  [
    5,
    'limits of users passed by calls at once',
    'zion-limits.test.ts',
    'let exactly as many of 200 calls at once through as there are requests left',
  ],
  [
    6,
    'routes that go round the budget',
    'budget-routes.test.ts',
    '%s is refused when a budget is used up',
  ],
  [
    8,
    'budgets kept by each replica for itself',
    'several-gateways.test.ts',
    'are refused at start where one would count in its memory, or has another secret',
  ],
  [
    9,
    'rates times the number of replicas',
    '../src/adapters/redis/redis-rate-limiter.test.ts',
    'lets the limit through, however many gateways ask at once',
  ],
  [
    10,
    'streams that their client leaves cost nothing',
    'streams-that-break.test.ts',
    'by %s is billed for what was said, not for what it was allowed to say',
  ],
  [
    11,
    'streams that break off billed hugely',
    'streams-that-break.test.ts',
    'by %s is billed for what was said, not for what it was allowed to say',
  ],
  [
    12,
    'cached tokens counted twice',
    'costs.test.ts',
    'prices cached input by its own price, and counts it once',
  ],
  [
    12,
    'cached tokens of another face counted twice',
    'costs.test.ts',
    'prices what a cache read and was written beside the input, through another face',
  ],
  [
    13,
    'a price of one’s own on top of the list’s',
    'costs.test.ts',
    'takes the operator’s price before the list’s',
  ],
  [
    13,
    'prices in the wrong unit',
    `${CORE}/pricing/cost-of.test.ts`,
    'prices each class of tokens by its own price, worked out by hand',
  ],
  [
    14,
    'reports inflated outside UTC',
    '../src/adapters/sql/ledger/reports-by-zone.test.ts',
    'have each call once, on the day that it was in the zone of whoever asks',
  ],
  [
    15,
    'two pages, two totals',
    'one-query-layer.test.ts',
    'tells the same numbers on the command line, over tRPC and over REST as the rows add up to',
  ],
  [
    16,
    'refusals that nobody can explain',
    'budgets-ledger.test.ts',
    'explain themselves beforehand, those without room first',
  ],
  [
    17,
    'costs that nobody can compute again once prices changed',
    '../src/adapters/sql/ledger/sql-ledger.test.ts',
    'keeps each price once, as what its costs can be computed by again',
  ],
  [
    17,
    'prices from outside that change in silence',
    'price-list-refresh.test.ts',
    'is fetched at start and at its pace, and says what changed',
  ],
  [
    18,
    'budgets that don’t accrue',
    'budgets-ledger.test.ts',
    'are what the provider counted, on every face, streamed or not',
  ],
  [
    18,
    'budgets that don’t accrue, and nobody sees it',
    '../src/cli/doctor.test.ts',
    'says that each counts what passes, and names one that does not',
  ],
];

/** Held by tests of this file. */
const HERE = [7, 10, 13, 16];

describe('what others suffered', () => {
  it.each(HELD)('is held by a test: %i, %s', (_number, _trouble, file, title) => {
    const text = readFileSync(new URL(file, import.meta.url), 'utf8');

    expect(text.includes(`'${title}'`), `${file} has no test “${title}”`).toBe(true);
  });

  it('is held by a test, all eighteen of it', () => {
    const held = new Set([...HERE, ...HELD.map(([number]) => number)]);

    expect([...held].sort((one, other) => one - other)).toEqual(
      Array.from({ length: 18 }, (_, index) => index + 1),
    );
  });

  it('a request id of the client’s choosing makes no charge vanish', async () => {
    await using harness = await createHarness(createApp);
    await withBudgets(harness, ['2 requests/life']);
    harness.openai.mockChatCompletion(json(chatResponse('Hello!'))).times(2);

    const statuses: number[] = [];
    for (let sent = 0; sent < 3; sent += 1) {
      const reply = await harness
        .withToken()
        .post('/v1/chat/completions')
        .set({ 'x-request-id': 'the-same', 'x-tollgate-call': 'the-same', 'idempotency-key': 'k' })
        .send({ model: 'openai/gpt-4o', messages: [{ role: 'user', content: 'Hi' }] });
      if (reply.status === 200) await harness.settled(reply.headers['x-tollgate-call'] ?? '');
      statuses.push(reply.status);
    }

    expect(statuses).toEqual([200, 200, 429]);
    const calls = await harness.waitForUsage(2);
    expect(new Set(calls.map(({ callId }) => callId)).size).toBe(2);
  });

  it('a budget where no budget is read is refused, not ignored', async () => {
    const key = { name: 'member', key: TEST_MEMBER_KEY, role: 'member', max_budget: 20 };
    const starting = createHarness(createApp, {
      settings: { config: { governance: { keys: [key] } } },
    });

    await expect(starting).rejects.toThrow('max_budget');
  });

  it('a price for each token, where one for a million is asked for, is refused', async () => {
    const prices = { 'openai/gpt-4o': { inputUsdPerToken: 0.0000025 } };
    const starting = createHarness(createApp, { settings: { config: { prices } } });

    await expect(starting).rejects.toThrow('inputUsdPerToken');
  });

  it('nothing is refused for its budget where none is set', async () => {
    await using harness = await createHarness(createApp);
    await withBudgets(harness, [['0 requests/life', { kind: 'model', id: 'anthropic/*' }]]);
    harness.openai.mockChatCompletion(json(chatResponse('Hello!')));

    const { status } = await harness
      .withToken()
      .post('/v1/chat/completions')
      .send({ model: 'openai/gpt-4o', messages: [{ role: 'user', content: 'Hi' }] });

    expect(status).toBe(200);
  });
});
