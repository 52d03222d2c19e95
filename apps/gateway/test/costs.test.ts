import { chatResponse, createHarness, json, messageResponse } from '@tollgate/testkit';
import { expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';

type Harness = Awaited<ReturnType<typeof createHarness>>;

async function booked(harness: Harness, model: string) {
  const reply = await harness
    .withToken()
    .post('/v1/chat/completions')
    .send({ model, messages: [{ role: 'user', content: 'Hi' }] });
  const callId = reply.headers['x-tollgate-call'] ?? '';
  await harness.settled(callId);
  return (await harness.usage()).find((event) => event.callId === callId);
}

const cachedReply = (model: string) =>
  json({
    ...chatResponse('Hello!', { model }),
    usage: {
      prompt_tokens: 10_000,
      completion_tokens: 100,
      total_tokens: 10_100,
      prompt_tokens_details: { cached_tokens: 8_000 },
    },
  });

it('prices cached input by its own price, and counts it once', async () => {
  await using harness = await createHarness(createApp);
  harness.openai.mockChatCompletion(cachedReply('gpt-4o-2024-08-06'));

  const event = await booked(harness, 'openai/gpt-4o');

  // 2,000 at 2.50, 8,000 at 1.25 and 100 at 10.00 dollars a million.
  expect(event?.cost).toMatchObject({ picoUsd: '16000000000' });
});

it('prices what a cache read and was written beside the input, through another face', async () => {
  await using harness = await createHarness(createApp);
  harness.anthropic.mockMessageSuccess({
    ...messageResponse('Hello!'),
    model: 'claude-opus-5-5',
    usage: {
      input_tokens: 1_000,
      cache_read_input_tokens: 50_000,
      cache_creation_input_tokens: 2_300,
      cache_creation: { ephemeral_5m_input_tokens: 2_000, ephemeral_1h_input_tokens: 300 },
      output_tokens: 1_000,
    },
  });

  const event = await booked(harness, 'anthropic/claude-opus-5-5');

  // 0.004 + 0.01 + 0.01 + 0.0024 + 0.02 dollars.
  expect(event?.cost).toMatchObject({ picoUsd: '46400000000' });
});

it('says that a cost is unknown where nobody has a price, and never 0', async () => {
  await using harness = await createHarness(createApp);
  harness.openai.mockChatCompletion(cachedReply('of-tomorrow'));

  const event = await booked(harness, 'openai/of-tomorrow');

  expect(event?.cost).toEqual({ picoUsd: null, reason: 'no price for the model' });
});

it('takes the operator’s price before the list’s', async () => {
  const prices = {
    'openai/gpt-4o': { inputUsdPerMTok: 1, cacheReadUsdPerMTok: 0.1, outputUsdPerMTok: 2.5 },
  };
  await using harness = await createHarness(createApp, { settings: { config: { prices } } });
  harness.openai.mockChatCompletion(cachedReply('gpt-4o'));

  const event = await booked(harness, 'openai/gpt-4o');

  expect(event?.cost).toMatchObject({ picoUsd: '3050000000' });
});

it('takes the operator’s price of the model that was asked for where its provider answers by another name', async () => {
  const prices = {
    'openai/gpt-4o': { inputUsdPerMTok: 1, cacheReadUsdPerMTok: 0.1, outputUsdPerMTok: 2.5 },
  };
  await using harness = await createHarness(createApp, { settings: { config: { prices } } });
  harness.openai.mockChatCompletion(cachedReply('gpt-4o-2024-08-06'));

  const event = await booked(harness, 'openai/gpt-4o');

  expect(event?.cost).toMatchObject({ picoUsd: '3050000000' });
});

it('has no cost for a call that was refused before anything was spent', async () => {
  await using harness = await createHarness(createApp);
  harness.openai.mockChatCompletionRateLimited(1);

  expect(await booked(harness, 'openai/gpt-4o')).toMatchObject({ status: 'failed' });
  expect((await booked(harness, 'sim/echo'))?.cost).toMatchObject({ picoUsd: '0' });
  expect((await harness.usage())[0]?.cost).toBeUndefined();
});
