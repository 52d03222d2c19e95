import {
  chatResponse,
  defaultProfile,
  originStreamingChunks,
  streamingChunks,
} from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import {
  asking,
  BY_MODEL,
  BY_TIER,
  createNativeHarness,
  NATIVE_CHAT,
  postNative,
  saidIn,
  WEATHER_TOOL,
  weatherCall,
} from './support/native.ts';

/*
 * The predecessor's native suite under its own names. What both generations of the contract promise runs
 * under both: the later one chooses by tier (`simple` by default), the earlier one requires a model.
 */

describe.each([BY_TIER, BY_MODEL])('with $generation', ({ settings, choice }) => {
  it('test_native_chat_completions_non_streaming: answers with id, object, choices and all three counts', async () => {
    await using harness = await createNativeHarness({ settings });
    harness.openai.mockChatCompletionWithUsage('Hello!', 11, 5);

    const { body, headers } = await postNative(harness, asking('Hi', choice)).expect(200);

    expect(body).toEqual({
      id: expect.stringMatching(/^chatcmpl-/),
      object: 'chat.completion',
      created: expect.any(Number),
      model: 'gpt-4',
      choices: [
        { index: 0, message: { role: 'assistant', content: 'Hello!' }, finish_reason: 'stop' },
      ],
      usage: { prompt_tokens: 11, completion_tokens: 5, total_tokens: 16 },
    });
    expect(headers['x-sentinel-model']).toBe(choice['model'] ?? 'gpt-4o-mini');
    expect(headers['x-tollgate-model']).toBe(`openai/${headers['x-sentinel-model']}`);
    expect(headers['x-tollgate-call']).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers['server-timing']).toContain('provider;dur=');
  });

  it('test_native_chat_completions_with_system_message: accepts leading system messages and sends each on', async () => {
    await using harness = await createNativeHarness({ settings });
    harness.openai.mockChatCompletionSuccess();
    const messages = [
      { role: 'system', content: 'You are terse.' },
      { role: 'system', content: 'You are kind.' },
      { role: 'user', content: 'Hi' },
    ];

    const { body } = await postNative(harness, { messages, ...choice }).expect(200);

    expect(body.choices).toHaveLength(1);
    expect(harness.openai.lastRequest().body).toMatchObject({ messages });
  });

  it('test_native_chat_completions_unknown_field_rejected: refuses a top-level field that it does not know, by its name', async () => {
    await using harness = await createNativeHarness({ settings });

    const { body } = await postNative(harness, asking('Hi', { ...choice, seed: 7 })).expect(400);

    expect(body.error).toMatchObject({ type: 'invalid_request_error', code: 'invalid_request' });
    expect(body.error.message).toContain('seed');
    expect(harness.openai.receivedRequests()).toHaveLength(0);
    expect(await harness.usage()).toEqual([]);
  });

  it('test_native_chat_completions_unauthorized: answers 401 in the native body to a token that Zion refuses', async () => {
    await using harness = await createNativeHarness({ settings });
    harness.zion.mockGetUserProfileUnauthorized();

    const { body } = await postNative(harness, asking('Hi', choice)).expect(401);

    expect(body).toEqual({
      error: {
        message: expect.any(String),
        type: 'authentication_error',
        code: 'INVALID_TOKEN',
      },
    });
  });

  it('test_native_chat_completions_streaming: streams server-sent events that end in [DONE]', async () => {
    await using harness = await createNativeHarness({ settings });
    harness.openai.mockChatCompletionStream(streamingChunks('Hello there friend'));

    const { headers, text } = await postNative(
      harness,
      asking('Hi', { ...choice, stream: true }),
    ).expect(200);

    expect(headers['content-type']).toMatch(/^text\/event-stream/);
    expect(headers['cache-control']).toBe('no-cache');
    expect(headers['x-accel-buffering']).toBe('no');
    expect(headers['x-sentinel-model']).toBe(choice['model'] ?? 'gpt-4o-mini');
    expect(text).toMatch(/^data: \{/);
    expect(saidIn(text)).toBe('Hello there friend');
  });

  it.each([
    ['in a chunk of its own', streamingChunks('Hello there', { input: 50, output: 4 })],
    ['with the finish, as it once came', originStreamingChunks('Hello there')],
  ])(
    'test_native_chat_completions_streaming_usage_tracked: reports the tokens of a stream whose usage comes %s',
    async (_where, chunks) => {
      await using harness = await createNativeHarness({ settings });
      harness.openai.mockChatCompletionStream(chunks);

      await postNative(harness, asking('Hi', { ...choice, stream: true })).expect(200);

      await harness.zion.waitForAiRequests(1);
      const sum = harness.zion.sumIncrements({ email: defaultProfile().email });
      expect(sum).toEqual({ aiInputTokens: 50, aiOutputTokens: 4, aiRequests: 1 });
    },
  );

  it('test_v1_endpoints_regression_check: serves /v1 and /native side by side', async () => {
    await using harness = await createNativeHarness({ settings });
    harness.openai.mockChatCompletionWithUsage('From v1', 10, 5);
    harness.openai.mockChatCompletionWithUsage('From native', 10, 5);

    const v1 = await harness
      .withToken()
      .post('/v1/chat/completions')
      .send(asking('Hi', { model: 'gpt-4' }))
      .expect(200);
    const native = await postNative(harness, asking('Hi', choice)).expect(200);

    expect(v1.body.choices[0].message.content).toBe('From v1');
    expect(native.body.choices[0].message.content).toBe('From native');
    expect((await harness.usage()).map(({ face }) => face)).toEqual(['openai', 'native']);
  });
});

describe('with a tier', () => {
  it('test_native_chat_completions_non_streaming: names the tier and the model that served it', async () => {
    await using harness = await createNativeHarness();
    harness.openai.mockChatCompletionSuccess();

    const { headers } = await postNative(harness, asking('Hi', { tier: 'moderate' })).expect(200);

    expect(headers).toMatchObject({
      'x-sentinel-model': 'gpt-4o',
      'x-sentinel-tier': 'moderate',
      'x-tollgate-model': 'openai/gpt-4o',
      'x-tollgate-tier': 'moderate',
    });
  });

  it('test_native_chat_completions_default_non_streaming: takes the simple tier where nothing is said', async () => {
    await using harness = await createNativeHarness();
    harness.openai.mockChatCompletionSuccess();

    const { body, headers } = await postNative(harness, asking('Hi')).expect(200);

    expect(headers['x-sentinel-tier']).toBe('simple');
    expect(body.choices).toHaveLength(1);
    expect(body.usage.total_tokens).toBe(150);
  });

  it.each(['extreme', 'Simple', '', 3])(
    'test_native_chat_completions_invalid_tier: refuses the tier %j with the words that it knows',
    async (tier) => {
      await using harness = await createNativeHarness();

      const { body } = await postNative(harness, asking('Hi', { tier })).expect(400);

      expect(body.error.type).toBe('invalid_request_error');
      expect(body.error.message).toMatch(/tier.*simple.*moderate.*complex/);
    },
  );

  it.each([
    ['nothing', {}],
    ['another scheme', { authorization: 'Basic dXNlcjpwYXNz' }],
    ['a scheme in lower case', { authorization: 'bearer token' }],
  ])(
    'test_native_chat_completions_no_auth_header: answers 401 in the native body to %s',
    async (_what, headers) => {
      await using harness = await createNativeHarness();

      const { body } = await harness
        .request()
        .post(NATIVE_CHAT)
        .set(headers)
        .send(asking('Hi'))
        .expect(401);

      expect(body.error).toMatchObject({
        message: expect.stringMatching(/./),
        type: 'authentication_error',
      });
      expect(harness.zion.receivedRequests()).toHaveLength(0);
    },
  );

  it('test_native_chat_completions_streaming: names the tier of a stream in its headers', async () => {
    await using harness = await createNativeHarness();
    harness.openai.mockChatCompletionStream(streamingChunks('Hello'));

    const { headers } = await postNative(harness, asking('Hi', { stream: true })).expect(200);

    expect(headers).toMatchObject({
      'x-sentinel-tier': 'simple',
      'x-tollgate-tier': 'simple',
      'x-tollgate-model': 'openai/gpt-4o-mini',
    });
  });

  it('test_session_creation_and_retrieval: serves a second call of one conversation', async () => {
    await using harness = await createNativeHarness();
    harness.openai.mockChatCompletionSuccess(chatResponse('First'));
    harness.openai.mockChatCompletionSuccess(chatResponse('Second'));
    const conversation = { conversation_id: 'conv-1' };

    const first = await postNative(harness, asking('Hi', conversation)).expect(200);
    const second = await postNative(harness, asking('Again', conversation)).expect(200);

    expect(first.body.choices[0].message.content).toBe('First');
    expect(second.body.choices[0].message.content).toBe('Second');
    expect(second.headers['x-sentinel-model']).toBe(first.headers['x-sentinel-model']);
  });

  it('test_session_tier_downgrade_prevented: keeps a conversation on its tier when less is asked for', async () => {
    await using harness = await createNativeHarness();
    harness.openai.mockChatCompletionSuccess().times(2);
    const conversation = { conversation_id: 'conv-down' };

    await postNative(harness, asking('Hi', { ...conversation, tier: 'moderate' })).expect(200);
    const { headers } = await postNative(
      harness,
      asking('Hi', { ...conversation, tier: 'simple' }),
    ).expect(200);

    expect(headers['x-sentinel-tier']).toBe('moderate');
    expect(headers['x-sentinel-model']).toBe('gpt-4o');
  });

  it('test_no_conversation_id_stateless: gives each call without a conversation the tier that it asks for', async () => {
    await using harness = await createNativeHarness();
    harness.openai.mockChatCompletionSuccess().times(3);

    const tiers: unknown[] = [];
    for (const tier of ['simple', 'moderate', 'simple']) {
      const { headers } = await postNative(harness, asking('Hi', { tier })).expect(200);
      tiers.push(headers['x-sentinel-tier']);
    }

    expect(tiers).toEqual(['simple', 'moderate', 'simple']);
  });

  it('test_tier_defaults_to_simple: takes the default tier beside other settings, and sends those on', async () => {
    await using harness = await createNativeHarness();
    harness.openai.mockChatCompletionSuccess();

    const { body, headers } = await postNative(
      harness,
      asking('Hi', { temperature: 0.7, max_tokens: 100 }),
    ).expect(200);

    expect(headers['x-sentinel-tier']).toBe('simple');
    expect(body).toMatchObject({ choices: [{ index: 0 }], usage: { total_tokens: 150 } });
    const sent = Object(harness.openai.lastRequest().body);
    expect(sent.temperature).toBe(0.7);
    expect(sent.max_completion_tokens ?? sent.max_tokens).toBe(100);
  });

  it('test_session_tier_upgrade: raises a conversation to the higher tier that is asked for', async () => {
    await using harness = await createNativeHarness();
    harness.openai.mockChatCompletionSuccess().times(3);
    const conversation = { conversation_id: 'conv-up' };

    const tiers: unknown[] = [];
    for (const tier of ['simple', 'moderate', undefined]) {
      const { headers } = await postNative(harness, asking('Hi', { ...conversation, tier }));
      tiers.push(headers['x-sentinel-tier']);
    }

    expect(tiers).toEqual(['simple', 'moderate', 'moderate']);
  });
});

describe('with tools', () => {
  it('test_native_chat_with_tools_request: sends a valid tool on as it is', async () => {
    await using harness = await createNativeHarness();
    harness.openai.mockChatCompletionSuccess();

    await postNative(harness, asking('Weather?', { tools: [WEATHER_TOOL] })).expect(200);

    expect(harness.openai.lastRequest().body).toMatchObject({ tools: [WEATHER_TOOL] });
  });

  it('test_native_chat_tool_call_response: gives a call an id of its own and its arguments as an object', async () => {
    await using harness = await createNativeHarness();
    harness.openai.mockChatCompletionWithToolCalls(
      'get_weather',
      '{"location":"Boston"}',
      'provider_id_1',
    );

    const { body } = await postNative(
      harness,
      asking('Weather?', { tools: [WEATHER_TOOL] }),
    ).expect(200);

    expect(body.choices).toEqual([
      {
        index: 0,
        message: {
          role: 'assistant',
          tool_calls: [
            {
              id: expect.stringMatching(/^call_[A-Za-z0-9_-]{8,}$/),
              type: 'function',
              function: { name: 'get_weather', arguments: { location: 'Boston' } },
            },
          ],
        },
        finish_reason: 'tool_calls',
      },
    ]);
  });

  it('test_native_chat_tool_result_submission: takes the history of a call back with its result', async () => {
    await using harness = await createNativeHarness();
    harness.openai.mockChatCompletionSuccess(chatResponse('It is 7 degrees.'));

    const { body } = await postNative(harness, {
      messages: [
        { role: 'user', content: 'Weather?' },
        { role: 'assistant', content: '', tool_calls: [weatherCall('call_abc', 'Boston')] },
        { role: 'tool', tool_call_id: 'call_abc', content: '{"degrees":7}' },
      ],
      tools: [WEATHER_TOOL],
    }).expect(200);

    expect(body.choices).toHaveLength(1);
    expect(body.choices[0].message.content).toBe('It is 7 degrees.');
  });

  it('test_native_chat_invalid_tool_name: refuses a name with a hyphen', async () => {
    await using harness = await createNativeHarness();
    const tool = { ...WEATHER_TOOL, function: { ...WEATHER_TOOL.function, name: 'get-weather' } };

    const { body } = await postNative(harness, asking('Hi', { tools: [tool] })).expect(400);

    expect(body.error.message).toMatch(/tools\[0\]\.function\.name.*Invalid.*get-weather/);
  });

  it('test_native_chat_empty_tool_description: refuses a tool that does not say what it is for', async () => {
    await using harness = await createNativeHarness();
    const tool = { ...WEATHER_TOOL, function: { ...WEATHER_TOOL.function, description: '' } };

    const { body } = await postNative(harness, asking('Hi', { tools: [tool] })).expect(400);

    expect(body.error.message).toMatch(/description.*get_weather/);
  });

  it.each(['auto', 'none', 'required', { type: 'function', function: { name: 'get_weather' } }])(
    'test_native_chat_tool_choice_variants: accepts %j and sends it on',
    async (choice) => {
      await using harness = await createNativeHarness();
      harness.openai.mockChatCompletionSuccess();

      await postNative(
        harness,
        asking('Hi', { tools: [WEATHER_TOOL], tool_choice: choice }),
      ).expect(200);

      expect(harness.openai.lastRequest().body).toMatchObject({ tool_choice: choice });
    },
  );

  it('test_native_chat_tool_result_missing_history: refuses a result whose call is nowhere before it', async () => {
    await using harness = await createNativeHarness();

    const { body } = await postNative(harness, {
      messages: [
        { role: 'user', content: 'Weather?' },
        { role: 'tool', tool_call_id: 'call_unknown', content: '7' },
      ],
    }).expect(400);

    expect(body.error.type).toBe('invalid_request_error');
    expect(body.error.message).toMatch(/messages\[1\]\.tool_call_id.*call_unknown/);
    expect(harness.openai.receivedRequests()).toHaveLength(0);
  });
});

describe('with a model', () => {
  const { settings } = BY_MODEL;

  it('test_native_chat_completions_missing_model: refuses a request that names none, and says which field', async () => {
    await using harness = await createNativeHarness({ settings });

    const { body } = await postNative(harness, asking('Hi')).expect(400);

    expect(body.error).toMatchObject({ type: 'invalid_request_error', code: 'invalid_request' });
    expect(body.error.message).toContain('model');
    expect(harness.openai.receivedRequests()).toHaveLength(0);
  });

  it('test_native_chat_completions_missing_model: refuses a model beside a tier under both generations', async () => {
    for (const one of [BY_TIER, BY_MODEL]) {
      await using harness = await createNativeHarness({ settings: one.settings });

      const { body } = await postNative(
        harness,
        asking('Hi', { model: 'gpt-4', tier: 'simple' }),
      ).expect(400);

      expect(body.error.message).toMatch(/model.*tier/);
    }
  });

  it('test_session_model_stickiness: serves the second call of a conversation that names another model', async () => {
    await using harness = await createNativeHarness({ settings });
    harness.openai.mockChatCompletionSuccess().times(2);
    const conversation = { conversation_id: 'conv-sticky' };

    const first = await postNative(harness, asking('Hi', { ...conversation, model: 'gpt-4' }));
    const second = await postNative(harness, asking('Hi', { ...conversation, model: 'gpt-4o' }));

    expect([first.status, second.status]).toEqual([200, 200]);
    // A model that is named outright is what is served, and what is billed.
    expect(second.headers['x-sentinel-model']).toBe('gpt-4o');
    expect(Object(harness.openai.lastRequest().body).model).toBe('gpt-4o');
  });

  it('test_conversation_id_backward_compatible: needs no conversation, and does not send one on', async () => {
    await using harness = await createNativeHarness({ settings });
    harness.openai.mockChatCompletionSuccess().times(2);

    await postNative(harness, asking('Hi', { model: 'gpt-4' })).expect(200);
    await postNative(harness, asking('Hi', { model: 'gpt-4', conversation_id: null })).expect(200);

    for (const { body } of harness.openai.receivedRequests()) {
      expect(body).not.toHaveProperty('conversation_id');
    }
  });
});
