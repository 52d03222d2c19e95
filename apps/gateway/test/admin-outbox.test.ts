import { createHarness, type Harness, VirtualClock } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { send } from './support/directory-scene.ts';

const BASE = '/admin/v1/outbox';

/** Calls of Zion's user that Zion doesn't say of whether it counted them. */
async function withDeadLetters(calls: number, clock: VirtualClock): Promise<Harness> {
  const harness = await createHarness(createApp, { governance: 'zion', clock });
  harness.openai.mockChatCompletionWithUsage('Hi.', 11, 5).times(calls);
  harness.zion.mockBatchIncrementSuccess(0, 1);
  for (let call = 0; call < calls; call += 1) {
    await harness
      .withToken()
      .post('/v1/chat/completions')
      .send({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hello' }] })
      .expect(200);
  }
  // In one batch: the time that the first waits for company stands still.
  await harness.app.flush();
  return harness;
}

const ask = (harness: Harness, method: string, path: string, body?: unknown) =>
  send(harness, harness.keys.admin, { method, path, ...(body === undefined ? {} : { body }) });

describe('the outbox, for administrators', () => {
  it('shows dead letters by pages, and sends them again to Zion', async () => {
    const clock = new VirtualClock();
    await using harness = await withDeadLetters(3, clock);

    const status = await ask(harness, 'GET', BASE);
    const first = await ask(harness, 'GET', `${BASE}/dead-letters?limit=2`);
    const rest = await ask(
      harness,
      'GET',
      `${BASE}/dead-letters?channel=zion&after=${String(first.body['next'])}`,
    );

    expect(status.body).toEqual({ channels: [{ channel: 'zion', pending: 0, dead: 3 }] });
    expect(first.body['items']).toHaveLength(2);
    expect(rest.body['items']).toMatchObject([
      { channel: 'zion', reason: 'untold', event: { aiInputTokens: 11, aiRequests: 1 } },
    ]);
    expect(rest.body['next']).toBeUndefined();

    const before = harness.zion.batchIncrementRequests().length;
    const resent = await ask(harness, 'POST', `${BASE}/resend`, { channel: 'zion' });
    expect(resent.body).toEqual({ resent: 3 });
    await clock.advance(1_000);
    const batches = await harness.zion.waitForBatchIncrements(before + 1);
    expect(batches.at(-1)?.increments).toHaveLength(3);
    await expect.poll(async () => (await ask(harness, 'GET', BASE)).body).toEqual({ channels: [] });
  });

  it('says which page there isn’t, and which letters there aren’t', async () => {
    await using harness = await createHarness(createApp);

    const page = await ask(harness, 'GET', `${BASE}/dead-letters?after=x`);
    const none = await ask(harness, 'POST', `${BASE}/resend`, { ids: [17] });

    expect([page.status, none.status]).toEqual([400, 400]);
    expect(JSON.stringify(none.body)).toContain('No dead letter has such an id.');
  });
});
