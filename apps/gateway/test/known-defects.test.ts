import {
  chatResponse,
  controlledReply,
  createHarness,
  dataEvents,
  exhausted,
  freeTier,
  type Harness,
  nearlyExhausted,
  proTier,
  readSse,
  streamingChunks,
  TEST_EMAIL,
  TEST_EXTERNAL_ID,
  TEST_TOKEN,
  VirtualClock,
} from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';

/*
 * Each defect that was found in the predecessor by reading it, and the test that would catch it here.
 *
 *  1, 2, 3, 14, 15, 18, 19, 36, 40   this file
 *  4, 17                             passthrough.test.ts
 *  5, 6, 10 to 13, 20 to 23, 30, 39  known-defects-routing.test.ts (23: the status; no retry on
 *                                    another model is promised yet)
 *  7, 8, 9, 24 to 29                 known-defects-usage.test.ts
 * 16                                 models.test.ts: test_get_specific_model_success
 * 31, 32                             rate-limiting.test.ts
 * 33, 41                             docs.test.ts
 * 34, 35                             http-edges.test.ts
 * 37                                 health.test.ts: test_health_unhealthy_status_when_redis_down
 * 38                                 core, routing/choose-tier-model.test.ts: a cost of 0 weighs as 1 on
 *                                    purpose, so that a free model doesn't draw all traffic
 */

const CHAT = '/v1/chat/completions';
const NATIVE = '/native/v1/chat/completions';
const LIMITS = 'GET /api/v1/limits/external/{externalId}';
const SECOND = 1_000;
const messages = [{ role: 'user', content: 'Hi' }];
const hello = { model: 'gpt-4o', messages };

const ask = (harness: Harness, path: string, body: object) =>
  harness.withToken().post(path).send(body);

const underZion = (clock?: VirtualClock) =>
  createHarness(createApp, {
    governance: 'zion',
    ...(clock === undefined ? undefined : { clock }),
  });

/** A stream whose head has come. */
function streamed(harness: Harness): Promise<Response> {
  return fetch(`${harness.url}${CHAT}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${harness.keys.member}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ ...hello, stream: true }),
  });
}

const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather of a place.',
    parameters: { type: 'object', properties: { place: { type: 'string' } } },
  },
};

describe('requests as the provider gets them', () => {
  it('defect 1: a native request carries the model that its headers name', async () => {
    await using harness = await underZion();
    harness.openai.mockChatCompletionSuccess();

    const { headers } = await ask(harness, NATIVE, { messages, tier: 'moderate' }).expect(200);

    expect(harness.openai.lastRequest().body).toMatchObject({ model: headers['x-sentinel-model'] });
    expect(headers['x-sentinel-model']).toBe('gpt-4o');
  });

  it('defect 2: the native tool loop goes round: arguments are an object here and a string there', async () => {
    await using harness = await underZion();
    harness.openai.mockChatCompletionWithToolCalls('get_weather', '{"place":"Oslo"}', 'call_abc');
    const first = await ask(harness, NATIVE, { messages, tools: [weather] }).expect(200);
    const assistant = first.body.choices[0].message;
    const [call] = assistant.tool_calls;
    harness.openai.mockChatCompletionSuccess();

    await ask(harness, NATIVE, {
      tools: [weather],
      messages: [
        ...messages,
        { content: '', ...assistant },
        { role: 'tool', tool_call_id: call.id, content: 'Rain' },
      ],
    }).expect(200);

    expect(call.function.arguments).toEqual({ place: 'Oslo' });
    expect(harness.openai.lastRequest().body).toMatchObject({
      messages: [
        {},
        { tool_calls: [{ id: call.id, function: { arguments: '{"place":"Oslo"}' } }] },
        { role: 'tool', tool_call_id: call.id, content: 'Rain' },
      ],
    });
  });

  it('defect 18: pictures, the developer role and fields that nobody knows yet reach the provider', async () => {
    await using harness = await createHarness(createApp);
    harness.openai.mockChatCompletionSuccess();
    const body = {
      model: 'gpt-4o',
      messages: [
        { role: 'developer', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url: { url: 'https://pictures.test/cat.png' } },
          ],
          invented_tomorrow: { deeply: [null, 0.5] },
        },
      ],
      service_tier: 'flex',
    };

    await ask(harness, CHAT, body).expect(200);

    expect(harness.openai.lastRequest().text).toBe(JSON.stringify(body));
  });

  it('defect 18: responses take a string as input, and lose no field on the way back', async () => {
    await using harness = await createHarness(createApp);
    harness.openai.mockResponseWithUsage('Hi.', 12, 7);

    const { body } = await ask(harness, '/v1/responses', { model: 'gpt-4o', input: 'Hi' }).expect(
      200,
    );

    expect(harness.openai.lastRequest().body).toEqual({ model: 'gpt-4o', input: 'Hi' });
    expect(body.usage).toEqual({
      input_tokens: 12,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 7,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 19,
    });
  });

  it('defect 40: a tool’s result after the assistant’s call is taken by a Claude model', async () => {
    await using harness = await createHarness(createApp);
    harness.anthropic.mockMessageSuccess();
    const call = {
      id: 'call_1',
      type: 'function',
      function: { name: 'get_weather', arguments: '{"place":"Oslo"}' },
    };

    await ask(harness, NATIVE, {
      model: 'claude-sonnet-4-5',
      tools: [weather],
      messages: [
        ...messages,
        { role: 'assistant', content: '', tool_calls: [call] },
        { role: 'tool', tool_call_id: 'call_1', content: 'Rain' },
      ],
    }).expect(200);

    expect(harness.anthropic.lastRequest().body).toMatchObject({
      messages: [
        { role: 'user' },
        { role: 'assistant', content: [{ type: 'tool_use', input: { place: 'Oslo' } }] },
        { role: 'user', content: [{ type: 'tool_result' }] },
      ],
    });
  });
});

describe('limits of Zion', () => {
  it('defect 3: a user whose limit is used up is refused on every face, and nothing is sent', async () => {
    await using harness = await underZion(new VirtualClock(Date.UTC(2024, 0, 15)));
    harness.zion.mockGetLimitsSuccess(TEST_EXTERNAL_ID, [exhausted()]).persist();

    const openai = await ask(harness, CHAT, hello).expect(429);
    const native = await ask(harness, NATIVE, { messages }).expect(429);
    const embedding = await ask(harness, '/v1/embeddings', {
      model: 'text-embedding-3-small',
      input: 'Hi',
    }).expect(429);

    expect(openai.body.error).toMatchObject({
      code: 'QUOTA_EXCEEDED',
      details: { limit: 50_000, used: 50_000, remaining: 0, reset_at: '2024-01-31T23:59:59.000Z' },
    });
    expect(native.body.error).toMatchObject({ type: 'rate_limit_error', code: 'QUOTA_EXCEEDED' });
    expect(embedding.body.error.code).toBe('QUOTA_EXCEEDED');
    expect(Number(openai.headers['retry-after'])).toBeGreaterThan(0);
    expect(harness.openai.receivedRequests()).toEqual([]);
    expect(await harness.usage()).toEqual([]);
  });

  it('defect 3: what a user has left is enough to go on, and who has no record has no limits', async () => {
    await using harness = await underZion(new VirtualClock(Date.UTC(2024, 0, 15)));
    harness.openai.mockChatCompletionSuccess().times(4);

    for (const limit of [freeTier(), proTier(), nearlyExhausted()]) {
      harness.zion.mockGetLimitsSuccess(TEST_EXTERNAL_ID, [limit]);
      await ask(harness, CHAT, hello).expect(200);
      await harness.restart();
    }
    harness.zion.mockGetLimitsNotFound();
    await ask(harness, CHAT, hello).expect(200);

    expect(harness.zion.receivedRequests(LIMITS)).toHaveLength(4);
  });

  it('defect 3: a limit of a period that is over refuses nobody', async () => {
    await using harness = await underZion(new VirtualClock(Date.UTC(2024, 1, 1)));
    harness.zion.mockGetLimitsSuccess(TEST_EXTERNAL_ID, [exhausted()]);
    harness.openai.mockChatCompletionSuccess();

    const { status } = await ask(harness, CHAT, hello);

    expect(status).toBe(200);
  });
});

describe('errors of the provider', () => {
  for (const { face, path, body } of [
    { face: 'openai', path: CHAT, body: hello },
    { face: 'native', path: NATIVE, body: { messages, tier: 'moderate' } },
  ]) {
    it(`defect 14: on the ${face} face keep their meaning: 400, and 429 with Retry-After`, async () => {
      await using harness = await createHarness(createApp, {
        settings: { config: { tiers: { moderate: [{ model: 'openai/gpt-4o' }] } } },
        clock: new VirtualClock(),
      });
      harness.openai.mockChatCompletionBadRequest('Invalid temperature.', 'temperature');
      harness.openai.mockChatCompletionRateLimited(7);

      const refused = await ask(harness, path, body).expect(400);
      const limited = await ask(harness, path, body).expect(429);

      expect(refused.body.error).toMatchObject({ type: 'invalid_request_error' });
      expect(refused.body.error.message).toContain('Invalid temperature.');
      expect(limited.headers['retry-after']).toBe('7');
      expect(limited.body.error.code).toBe('rate_limit_exceeded');
    });

    it(`defect 14: on the ${face} face are 502 for a 5xx and for our refused key, and say no more than whose it was`, async () => {
      const statuses: number[] = [];
      for (const script of [
        'mockChatCompletionServerError',
        'mockChatCompletionUnauthorized',
      ] as const) {
        await using harness = await createHarness(createApp, {
          settings: { config: { tiers: { moderate: [{ model: 'openai/gpt-4o' }] } } },
        });
        harness.openai[script]();

        const { status, text } = await ask(harness, path, body);
        statuses.push(status);

        expect(text).toContain('openai');
        expect(text).not.toMatch(/Incorrect API key|had an error while processing/);
        harness.expectNoSecretsIn(text);
      }

      expect(statuses).toEqual([502, 502]);
    });
  }

  it('defect 14: an address that nobody answers at is not named', async () => {
    await using harness = await createHarness(createApp, {
      settings: {
        config: {
          providers: {
            away: { dialect: 'openai-chat', baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'none' },
          },
        },
      },
    });

    const { text } = await ask(harness, CHAT, { ...hello, model: 'away/m' }).expect(502);

    expect(text).toContain('away');
    expect(text).not.toMatch(/127\.0\.0\.1|ECONNREFUSED|:9\b/);
  });
});

describe('what grows', () => {
  it('defect 15: names that clients invent don’t become labels without end', async () => {
    await using harness = await createHarness(createApp);
    const NAMES = 260;
    for (let index = 0; index < NAMES; index += 1) {
      harness.openai.mockChatCompletionSuccess(chatResponse('Hi.', { model: `m-${index}` }));
      await ask(harness, CHAT, { ...hello, model: `openai/m-${index}` }).expect(200);
    }
    await harness.usage();
    const { text } = await harness.withAdmin().get('/metrics').expect(200);

    const labels = new Set([...text.matchAll(/model="([^"]*)"/g)].map((match) => match[1]));
    expect(labels.size).toBeLessThanOrEqual(201);
    expect(labels).toContain('other');
  });

  it('defect 15: a name is a label only once the provider took it', async () => {
    await using harness = await createHarness(createApp);

    await ask(harness, CHAT, { ...hello, model: 'never-heard-of' }).expect(404);
    await harness.withToken().get('/v1/chosen-by-a-client').expect(404);
    const { text } = await harness.withAdmin().get('/metrics').expect(200);

    expect(text).not.toMatch(/never-heard-of|chosen-by-a-client/);
  });
});

describe('streams that take long', () => {
  it('defect 19: a stream goes on for as long as something comes, here for twenty minutes', async () => {
    const clock = new VirtualClock();
    await using harness = await underZion(clock);
    const reply = controlledReply();
    harness.openai.mockChatCompletion(reply.reply);
    const words = Array.from({ length: 20 }, (_, index) => `word${index} `);
    const events = dataEvents(streamingChunks(words.join('')));
    const stream = readSse(await streamed(harness));

    const seen: string[] = [];
    for (const event of events) {
      await reply.send(event);
      // The usage chunk was not asked for, and comes to nobody.
      if (event.includes('prompt_tokens')) continue;
      seen.push((await stream.next()).value?.data ?? '');
      await clock.advance(60 * SECOND);
    }
    await reply.end();

    expect(seen.at(-1)).toBe('[DONE]');
    expect(seen.join('')).toContain('word19');
    expect((await stream.next()).done).toBe(true);
    expect(clock.monotonic()).toBeGreaterThan(1_200 * SECOND);
  });

  it('defect 19: a stream that is silent for ten minutes ends as an error, and frees the provider', async () => {
    const clock = new VirtualClock();
    await using harness = await underZion(clock);
    const reply = controlledReply();
    harness.openai.mockChatCompletion(reply.reply);
    const stream = readSse(await streamed(harness));
    await reply.send(dataEvents(streamingChunks('Hi').slice(0, 2), false).join(''));
    // What was read here has passed the gateway, which waits for the next piece from then on.
    for (let event = 0; event < 2; event += 1) await stream.next();

    await clock.advance(601 * SECOND);
    await reply.left;
    const last = await stream.next();

    expect(last.value?.data).toContain('took too long');
    expect((await stream.next()).done).toBe(true);
  });
});

describe('what is written down', () => {
  it('defect 36: no log line holds an e-mail address, a token, a prompt or an answer', async () => {
    await using harness = await createHarness(createApp, {
      governance: 'zion',
      settings: { env: { TOLLGATE_LOG_LEVEL: 'debug' } },
    });
    harness.openai.mockChatCompletionSuccess(chatResponse('An answer of its own.'));
    harness.openai.mockChatCompletionServerError();
    const body = { ...hello, messages: [{ role: 'user', content: 'A prompt of its own.' }] };

    await ask(harness, CHAT, body).expect(200);
    await ask(harness, CHAT, body).expect(502);
    await harness.withToken('a.refused.token').get('/v1/models').expect(401);
    await harness.app.flush();

    const log = JSON.stringify(harness.logs);
    expect(harness.logs.length).toBeGreaterThan(1);
    for (const word of [
      TEST_EMAIL,
      TEST_TOKEN,
      TEST_TOKEN.slice(0, 20),
      'a.refused',
      'of its own',
    ]) {
      expect(log).not.toContain(word);
    }
  });
});
