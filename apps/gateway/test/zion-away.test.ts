import { createHarness, VirtualClock } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';

const BATCH = 'POST /api/v1/usage/external/batch-increment';
const MINUTE = 60_000;

describe('an hour without Zion', () => {
  it('is knocked through seldom, loses nothing, and is caught up with in a few batches', async () => {
    const clock = new VirtualClock();
    await using harness = await createHarness(createApp, {
      clock,
      governance: 'zion',
    });
    harness.zion.mockBatchIncrementServerError().persist();
    harness.openai.mockChatCompletionWithUsage('Hi.', 11, 5).times(60);
    const knocks = () => harness.zion.receivedRequests(BATCH).length;
    for (let minute = 0; minute < 60; minute += 1) {
      await harness
        .withToken()
        .post('/v1/chat/completions')
        .send({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] })
        .expect(200);
      for (let second = 0; second < 60; second += 5) await clock.advance(5_000);
    }
    // All are in the outbox before time goes on: rows are written in real time.
    expect(await harness.usage()).toHaveLength(60);
    const during = knocks();

    harness.zion.mockBatchIncrementSuccess().persist();
    await clock.advance(MINUTE);
    const told = await harness.zion.waitForAiRequests(60);

    expect(during).toBeGreaterThan(10);
    // Every half a minute at most, once it is known to be away.
    expect(during).toBeLessThanOrEqual(130);
    expect(told).toEqual({ aiInputTokens: 660, aiOutputTokens: 300, aiRequests: 60 });
    expect(knocks() - during).toBeLessThanOrEqual(3);
  }, 60_000);
});
