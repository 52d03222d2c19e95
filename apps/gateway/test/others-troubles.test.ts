import { readFileSync } from 'node:fs';
import { chatResponse, createHarness, json, TEST_MEMBER_KEY } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { withBudgets } from './support/with-budgets.ts';

/*
 * What users of other gateways suffered in budgets and accounting, and the test that keeps it from ours.
 * Not here yet: a price list from outside that is signed, its changes shown before they count.
 */

const CORE = '../../../packages/core/src';

const HELD: readonly (readonly [trouble: string, file: string, title: string])[] = [
  [
    'spend of 0 where nobody knows the cost',
    'costs.test.ts',
    'says that a cost is unknown where nobody has a price, and never 0',
  ],
  [
    'streams without usage logged as nothing',
    'known-defects-usage.test.ts',
    'defect 25: a native stream without usage is estimated on both sides',
  ],
  [
    'calls dropped from the log with no trace',
    'several-gateways.test.ts',
    'book the calls of one that was killed, once, and those of one that lives never',
  ],
  [
    'budgets filled by worst-case holds',
    'budgets-load.test.ts',
    'are refused by a budget of 20 dollars only when it is spent',
  ],
  [
    'budgets passed by calls at once',
    'budgets-load.test.ts',
    'reach the provider a hundred times under a budget of a hundred requests',
  ],
  [
    'limits of users passed by calls at once',
    'zion-limits.test.ts',
    'let exactly as many of 200 calls at once through as there are requests left',
  ],
  [
    'routes that go round the budget',
    'budget-routes.test.ts',
    '%s is refused when a budget is used up',
  ],
  [
    'budgets and limits kept by each replica for itself',
    'several-gateways.test.ts',
    'are refused at start where one would count in its memory, or has another secret',
  ],
  [
    'streams that break off billed hugely, or not at all',
    'call-accounting.test.ts',
    '%s is counted for what had passed',
  ],
  [
    'cached tokens counted twice',
    'costs.test.ts',
    'prices cached input by its own price, and counts it once',
  ],
  [
    'prices in the wrong unit',
    `${CORE}/pricing/cost-of.test.ts`,
    'prices each class of tokens by its own price, worked out by hand',
  ],
  [
    'reports inflated outside UTC',
    '../src/adapters/sql/ledger/time-buckets.test.ts',
    'covers every booked quarter of an hour once, whatever the zone, range and grain',
  ],
  [
    'two pages, two totals',
    'one-query-layer.test.ts',
    'tells the same numbers on the command line, over tRPC and over REST as the rows add up to',
  ],
  [
    'refusals that nobody can explain',
    'budgets-ledger.test.ts',
    'explain themselves beforehand, those without room first',
  ],
  [
    'budgets that don’t accrue',
    'budgets-ledger.test.ts',
    'are what the provider counted, on every face, streamed or not',
  ],
];

describe('what others suffered', () => {
  it.each(HELD)('is held by a test: %s', (_, file, title) => {
    const text = readFileSync(new URL(file, import.meta.url), 'utf8');

    expect(text.includes(`'${title}'`), `${file} has no test “${title}”`).toBe(true);
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
});
