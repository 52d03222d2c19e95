import {
  chatResponse,
  createHarness,
  type Harness,
  json,
  messageResponse,
  startServer,
} from '@tollgate/testkit';
import { expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { withBudgets } from './support/with-budgets.ts';

/*
 * What real replies cost, worked out by hand from the prices that their providers publish, in dollars a
 * million tokens, so that tokens times price are micro-dollars:
 * gpt-6-sol: input 2, cached 0.2, written 2.5, output 10; above 272,000 tokens of input 4, 0.4, 5 and 15
 *   (developers.openai.com/api/docs/pricing);
 * claude-opus-5-5: input 4, cache read 0.2, written 5 (5 minutes) and 8 (an hour), output 20
 *   (platform.claude.com/docs/en/about-claude/pricing).
 */

interface Case {
  readonly what: string;
  readonly model: string;
  readonly usage: object;
  readonly tier?: string;
  readonly microUsd: number;
}

const openai = (prompt: number, details: object, output: number) => ({
  prompt_tokens: prompt,
  completion_tokens: output,
  total_tokens: prompt + output,
  prompt_tokens_details: details,
});
const CACHED = openai(10_000, { cached_tokens: 8_000 }, 100);
const WRITTEN = openai(10_000, { cached_tokens: 4_000, cache_write_tokens: 5_000 }, 100);
const LONG = openai(300_000, { cached_tokens: 200_000 }, 1_000);
const OPUS = {
  input_tokens: 1_000,
  cache_read_input_tokens: 50_000,
  cache_creation_input_tokens: 2_300,
  cache_creation: { ephemeral_5m_input_tokens: 2_000, ephemeral_1h_input_tokens: 300 },
  output_tokens: 1_000,
};
const GPT = 'openai/gpt-6-sol';
const CLAUDE = 'anthropic/claude-opus-5-5';

const CASES: readonly Case[] = [
  // 2,000 x 2 + 8,000 x 0.2 + 100 x 10 = 4,000 + 1,600 + 1,000
  { what: 'cached input', model: GPT, usage: CACHED, microUsd: 6_600 },
  { what: 'the tier called default', model: GPT, usage: CACHED, tier: 'default', microUsd: 6_600 },
  // 1,000 x 2 + 4,000 x 0.2 + 5,000 x 2.5 + 100 x 10 = 2,000 + 800 + 12,500 + 1,000
  { what: 'input written to a cache', model: GPT, usage: WRITTEN, microUsd: 16_300 },
  // 100,000 x 4 + 200,000 x 0.4 + 1,000 x 15 = 400,000 + 80,000 + 15,000
  { what: 'a long prompt', model: GPT, usage: LONG, microUsd: 495_000 },
  // Half of each: developers.openai.com/api/docs/guides/flex-processing, at the rates of batches.
  { what: 'flex', model: GPT, usage: CACHED, tier: 'flex', microUsd: 3_300 },
  { what: 'flex, written', model: GPT, usage: WRITTEN, tier: 'flex', microUsd: 8_150 },
  { what: 'flex, long', model: GPT, usage: LONG, tier: 'flex', microUsd: 247_500 },
  { what: 'a batch', model: GPT, usage: CACHED, tier: 'batch', microUsd: 3_300 },
  // 1,000 x 4 + 50,000 x 0.2 + 2,000 x 5 + 300 x 8 + 1,000 x 20
  //   = 4,000 + 10,000 + 10,000 + 2,400 + 20,000
  { what: 'caches of both times', model: CLAUDE, usage: OPUS, microUsd: 46_400 },
  { what: 'standard', model: CLAUDE, usage: OPUS, tier: 'standard', microUsd: 46_400 },
  // Half of each: platform.claude.com/docs/en/build-with-claude/batch-processing.
  // 1.1 times each: platform.claude.com/docs/en/manage-claude/data-residency.
  {
    what: 'Claude in the US',
    model: CLAUDE,
    usage: { ...OPUS, inference_geo: 'us' },
    microUsd: 51_040,
  },
  {
    what: 'Claude anywhere, at its usual speed',
    model: CLAUDE,
    usage: { ...OPUS, inference_geo: 'global', speed: 'standard' },
    microUsd: 46_400,
  },
  { what: 'a batch of Claude', model: CLAUDE, usage: OPUS, tier: 'batch', microUsd: 23_200 },
];

/** openai.com/api-priority-processing: GPT-5.1 at 2.50, 0.25 cached and 20. */
const PRIORITY = {
  'openai/gpt-5.1@priority': {
    inputUsdPerMTok: 2.5,
    cacheReadUsdPerMTok: 0.25,
    outputUsdPerMTok: 20,
  },
};

async function booked(
  harness: Harness,
  { model, usage, tier }: Pick<Case, 'model' | 'usage' | 'tier'>,
  asked: object = {},
) {
  const name = model.slice(model.indexOf('/') + 1);
  if (model.startsWith('openai/')) {
    const served = tier === undefined ? undefined : { service_tier: tier };
    harness.openai.mockChatCompletion(
      json({ ...chatResponse('Hello!', { model: name }), usage, ...served }),
    );
  } else {
    const served = tier === undefined ? undefined : { service_tier: tier };
    harness.anthropic.mockMessageSuccess({
      ...messageResponse('Hello!'),
      model: name,
      usage: { ...usage, ...served },
    });
  }
  const reply = await harness
    .withToken()
    .post('/v1/chat/completions')
    .send({ model, messages: [{ role: 'user', content: 'Hi' }], ...asked })
    .expect(200);
  const callId = reply.headers['x-tollgate-call'] ?? '';
  await harness.settled(callId);
  return (await harness.usage()).find((event) => event.callId === callId);
}

it.each(CASES)('costs what its provider bills: $what', async ({ microUsd, ...reply }) => {
  await using harness = await createHarness(createApp);

  const event = await booked(harness, reply);

  expect(event?.cost).toMatchObject({ picoUsd: String(BigInt(microUsd) * 1_000_000n) });
});

it('never bills a tier at the standard price, nor as nothing', async () => {
  await using harness = await createHarness(createApp);

  const event = await booked(harness, { model: GPT, usage: CACHED, tier: 'priority' });

  expect(event?.cost).toEqual({ picoUsd: null, reason: 'no price for the tier priority' });
});

it.each([
  ['fast mode', { speed: 'fast' }, 'fast'],
  ['a geography that nobody published a price for', { inference_geo: 'eu' }, 'eu'],
])('never bills %s of Claude at the usual price', async (_what, said, tier) => {
  await using harness = await createHarness(createApp);

  const event = await booked(harness, { model: CLAUDE, usage: { ...OPUS, ...said } });

  expect(event?.cost).toEqual({ picoUsd: null, reason: `no price for the tier ${tier}` });
});

/*
 * gemini-2.5-pro: input 1.25, cached 0.125, output 10; above 200,000 tokens of input 2.50, 0.25 and 15
 *   (ai.google.dev/gemini-api/docs/pricing); flex: half (docs/optimization);
 * llama-3.3-70b-versatile at Groq: input 0.59, output 0.79 (groq.com/pricing); flex: the same
 *   (console.groq.com/docs/flex-processing).
 */
const GEMINI = (prompt: number, cached: number, output: number) => ({
  promptTokenCount: prompt,
  cachedContentTokenCount: cached,
  candidatesTokenCount: output,
  totalTokenCount: prompt + output,
});
const SHORT = GEMINI(10_000, 4_000, 200);

it.each([
  // 6,000 x 1.25 + 4,000 x 0.125 + 200 x 10 = 7,500 + 500 + 2,000
  ['as usual', SHORT, 10_000],
  ['as usual on Vertex', { ...SHORT, trafficType: 'ON_DEMAND' }, 10_000],
  // 150,000 x 2.5 + 100,000 x 0.25 + 1,000 x 15 = 375,000 + 25,000 + 15,000
  ['for a long prompt', GEMINI(250_000, 100_000, 1_000), 415_000],
  ['flex', { ...SHORT, serviceTier: 'flex' }, 5_000],
  ['flex, long', { ...GEMINI(250_000, 100_000, 1_000), serviceTier: 'flex' }, 207_500],
  ['priority', { ...SHORT, serviceTier: 'priority' }, 'no price for the tier priority'],
  [
    'by throughput that was bought beforehand',
    { ...SHORT, trafficType: 'PROVISIONED_THROUGHPUT' },
    'no price for the tier provisioned_throughput',
  ],
])('costs what Google bills: %s', async (_what, usageMetadata, expected) => {
  await using provider = await startServer((_req, res) => {
    res.setHeader('content-type', 'application/json');
    res.end(
      JSON.stringify({
        candidates: [
          {
            content: { role: 'model', parts: [{ text: 'Hello!' }] },
            finishReason: 'STOP',
            index: 0,
          },
        ],
        usageMetadata,
        modelVersion: 'gemini-2.5-pro',
        responseId: 'r1',
      }),
    );
  });
  await using harness = await createHarness(createApp, {
    settings: {
      config: { providers: { google: { apiKey: 'a-key-of-google', baseUrl: provider.url } } },
    },
  });

  const ways = [
    {
      path: '/v1beta/models/google%2Fgemini-2.5-pro:generateContent',
      body: { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] },
    },
    {
      path: '/v1/chat/completions',
      body: { model: 'google/gemini-2.5-pro', messages: [{ role: 'user', content: 'Hi' }] },
    },
  ];
  for (const { path, body } of ways) {
    const reply = await harness.withToken().post(path).send(body).expect(200);
    const { cost } = await harness.settled(reply.headers['x-tollgate-call'] ?? '');
    expect(cost).toMatchObject(
      typeof expected === 'number'
        ? { picoUsd: String(BigInt(expected) * 1_000_000n) }
        : { picoUsd: null, reason: expected },
    );
  }
});

it('costs the same at Groq in flex, which has other limits only', async () => {
  const name = 'llama-3.3-70b-versatile';
  await using provider = await startServer((_req, res) => {
    const usage = { prompt_tokens: 10_000, completion_tokens: 100, total_tokens: 10_100 };
    res.setHeader('content-type', 'application/json');
    res.end(
      JSON.stringify({ ...chatResponse('Hello!', { model: name }), usage, service_tier: 'flex' }),
    );
  });
  await using harness = await createHarness(createApp, {
    settings: {
      config: { providers: { groq: { apiKey: 'a-key-of-groq', baseUrl: provider.url } } },
    },
  });

  const reply = await harness
    .withToken()
    .post('/v1/chat/completions')
    .send({ model: `groq/${name}`, messages: [{ role: 'user', content: 'Hi' }] })
    .expect(200);
  const { cost } = await harness.settled(reply.headers['x-tollgate-call'] ?? '');

  // 10,000 x 0.59 + 100 x 0.79 = 5,900 + 79
  expect(cost).toMatchObject({ picoUsd: '5979000000' });
});

it('takes the operator’s price for a tier, and leaves the standard one as it is', async () => {
  await using harness = await createHarness(createApp, {
    settings: { config: { prices: PRIORITY } },
  });
  const reply = { model: 'openai/gpt-5.1', usage: CACHED };

  const fast = await booked(harness, { ...reply, tier: 'priority' });
  const standard = await booked(harness, reply);

  // 2,000 x 2.5 + 8,000 x 0.25 + 100 x 20 = 5,000 + 2,000 + 2,000; and 1.25, 0.125 and 10.
  expect(fast?.cost).toMatchObject({ picoUsd: '9000000000' });
  expect(standard?.cost).toMatchObject({ picoUsd: '4500000000' });
});

it('goes by the tier that served, and by the one asked for where the provider says none', async () => {
  await using harness = await createHarness(createApp);
  const asked = { service_tier: 'flex' };

  const silent = await booked(harness, { model: GPT, usage: CACHED }, asked);
  const otherwise = await booked(harness, { model: GPT, usage: CACHED, tier: 'default' }, asked);

  expect(silent?.cost).toMatchObject({ picoUsd: '3300000000' });
  expect(otherwise?.cost).toMatchObject({ picoUsd: '6600000000' });
});

it('refuses a tier without a price where a budget counts money', async () => {
  await using harness = await createHarness(createApp);
  await withBudgets(harness, ['1 USD/day']);

  const reply = await harness
    .withToken()
    .post('/v1/chat/completions')
    .send({ model: GPT, messages: [{ role: 'user', content: 'Hi' }], service_tier: 'priority' });

  expect(reply.status).toBe(402);
  expect(await harness.usage()).toEqual([]);
});
