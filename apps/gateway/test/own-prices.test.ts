import {
  chatResponse,
  createHarness,
  type Harness,
  json,
  streamingChunks,
  usageChunk,
} from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { makeScene } from './support/directory-scene.ts';
import { withBudgets } from './support/with-budgets.ts';

const MODEL = 'openai/gpt-4o';

/** 1,000 tokens in and 100 out: tokens times dollars a million are micro-dollars. */
const reply = (tier?: string) =>
  json({
    ...chatResponse('Hello!', { model: 'gpt-4o' }),
    usage: { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 },
    ...(tier !== undefined && { service_tier: tier }),
  });

const priceOf = (input: number, output: number) => ({
  inputUsdPerMTok: input,
  outputUsdPerMTok: output,
});

const pricedBy = (entry: object, tiers: object = {}) => ({
  settings: { config: { prices: { [MODEL]: entry, ...tiers } } },
});

async function microUsd(harness: Harness, key = harness.keys.member, tier?: string) {
  harness.openai.mockChatCompletion(reply(tier));
  const sent = await harness
    .withToken(key)
    .post('/v1/chat/completions')
    .send({ model: MODEL, messages: [{ role: 'user', content: 'Hi' }] })
    .expect(200);
  const { cost } = await harness.settled(sent.headers['x-tollgate-call'] ?? '');
  return cost?.picoUsd === null ? cost.reason : Number(cost?.picoUsd) / 1e6;
}

describe('a price of one’s own', () => {
  it('is the key’s, else its team’s, else everybody’s', async () => {
    await using harness = await createHarness(
      createApp,
      pricedBy({
        ...priceOf(2, 8),
        teams: { team_default: priceOf(1, 4) },
        keys: { 'config:member': priceOf(0.5, 2) },
      }),
    );
    const { plaintext } = await makeScene(harness);

    // 1,000 x 0.5 + 100 x 2; x 1 and x 4; x 2 and x 8.
    expect(await microUsd(harness)).toBe(700);
    expect(await microUsd(harness, harness.keys.admin)).toBe(1_400);
    expect(await microUsd(harness, plaintext)).toBe(2_800);
  });

  it('leaves everybody else the list’s, where it is for some alone', async () => {
    await using harness = await createHarness(
      createApp,
      pricedBy({ keys: { 'config:member': priceOf(0.5, 2) } }),
    );

    // The list says 2.50 and 10.
    expect(await microUsd(harness)).toBe(700);
    expect(await microUsd(harness, harness.keys.admin)).toBe(3_500);
  });

  it('stands for its tiers too: by a tier’s own price, else by its provider’s rule', async () => {
    await using harness = await createHarness(
      createApp,
      pricedBy(
        { keys: { 'config:member': priceOf(0.5, 2) } },
        { [`${MODEL}@priority`]: { keys: { 'config:member': priceOf(1, 3) } } },
      ),
    );

    // Half of 700; 1,000 x 1 + 100 x 3.
    expect(await microUsd(harness, harness.keys.member, 'flex')).toBe(350);
    expect(await microUsd(harness, harness.keys.member, 'priority')).toBe(1_300);
    expect(await microUsd(harness, harness.keys.admin, 'priority')).toBe(
      'no price for the tier priority',
    );
  });

  it('is a whole: what it leaves out has no price, not another’s', async () => {
    await using harness = await createHarness(
      createApp,
      pricedBy({ ...priceOf(2, 8), keys: { 'config:member': { inputUsdPerMTok: 1 } } }),
    );

    expect(await microUsd(harness)).toBe('no price for text tokens');
  });

  it('is what budgets in dollars reserve and count by', async () => {
    await using harness = await createHarness(
      createApp,
      pricedBy({ keys: { 'config:member': priceOf(100_000, 100_000) } }),
    );
    await withBudgets(harness, ['1 USD/day', ['1 USD/day', { kind: 'team', id: 'team_default' }]]);
    const ask = (key: string) =>
      harness
        .withToken(key)
        .post('/v1/chat/completions')
        .send({ model: MODEL, max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] });

    const dear = await ask(harness.keys.member);
    harness.openai.mockChatCompletionStream([
      ...streamingChunks('Hello!'),
      usageChunk({ input: 1_000, output: 100 }),
    ]);
    const cheap = await ask(harness.keys.admin);

    expect(dear.status).toBe(402);
    expect(cheap.status).toBe(200);
  });
});
