import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type CreateApp,
  createHarness,
  DebugTestHarness,
  type HarnessOptions,
  TEST_MEMBER_KEY,
  TEST_OPENAI_API_KEY,
  TEST_TOKEN,
  TokenTrackingTestHarness,
} from '../src/index.ts';
import { createStandInApp } from './stand-in-app.ts';

createStandInApp satisfies CreateApp;

const body = { model: 'gpt-4', messages: [{ role: 'user', content: 'Hi' }] };

const misbehaving = (misbehave: string): HarnessOptions => ({
  settings: { config: { misbehave } },
});

describe('createHarness', () => {
  it('runs the app on loopback against the mocks and gives the usage of a call', async () => {
    await using harness = await createHarness(createStandInApp);
    harness.openai.mockChatCompletionWithUsage('Hello!', 11, 5);

    const reply = await harness.withToken().post('/v1/chat/completions').send(body).expect(200);
    const usage = await harness.settled(reply.headers['x-tollgate-call'] ?? '');

    expect(reply.headers['x-tollgate-call']).toBe(usage.callId);
    expect(usage).toMatchObject({ inputTokens: 11, outputTokens: 5 });
    expect(harness.openai.lastRequest().body).toEqual(body);
    expect(harness.keys.member).toBe(TEST_MEMBER_KEY);
  });

  it('says what it waited for when a call never settles', async () => {
    await using harness = await createHarness(createStandInApp);

    await expect(harness.settled('call-1', 20)).rejects.toThrow('no usage of call call-1');
  });

  it('configures the app by the predecessor’s environment alone under Zion', async () => {
    const seen: unknown[] = [];
    await using harness = await createHarness(
      (options) => {
        seen.push(options.config, Object.keys(options.env).sort());
        return createStandInApp(options);
      },
      { governance: 'zion' },
    );

    expect(seen).toEqual([
      undefined,
      [
        'OPENAI_API_KEY',
        'OPENAI_API_URL',
        'TOLLGATE_ADMIN_KEY',
        'TOLLGATE_DATA_DIR',
        'ZION_API_KEY',
        'ZION_API_URL',
      ],
    ]);
    expect(harness.keys.member).toBe(TEST_TOKEN);
  });

  it('merges a test’s settings into its own, field by field', async () => {
    const seen: unknown[] = [];
    await using harness = await createHarness(
      (options) => {
        seen.push(options.config);
        return createStandInApp(options);
      },
      {
        settings: ({ openai }) => ({
          config: { providers: { other: { dialect: 'openai-chat', baseUrl: openai.baseUrl } } },
        }),
      },
    );

    expect(seen).toMatchObject([
      {
        governance: { kind: 'local' },
        providers: {
          openai: { apiKey: TEST_OPENAI_API_KEY },
          other: { baseUrl: harness.openai.baseUrl },
        },
      },
    ]);
  });

  it('fails at the end when an expected call to a provider never came', async () => {
    const harness = await createHarness(createStandInApp);
    harness.openai.mockChatCompletionSuccess();

    await expect(harness[Symbol.asyncDispose]()).rejects.toThrow(
      'POST /v1/chat/completions (whole reply) was expected and never came',
    );
  });

  it('fails at the end when the caller’s own key went to the provider', async () => {
    const harness = await createHarness(createStandInApp, misbehaving('leak-key'));
    harness.openai.mockChatCompletionSuccess();

    await harness.withToken().post('/v1/chat/completions').send(body).expect(400);

    await expect(harness[Symbol.asyncDispose]()).rejects.toThrow('must not leave the gateway');
  });

  it('fails at the end when a log line holds a key', async () => {
    const harness = await createHarness(createStandInApp, misbehaving('log-token'));
    harness.openai.mockChatCompletionSuccess();

    await harness.withToken().post('/v1/chat/completions').send(body).expect(200);

    expect(() => harness.expectNoSecretsInLogs()).toThrow(`the log holds ${TEST_MEMBER_KEY}`);
    await expect(harness[Symbol.asyncDispose]()).rejects.toThrow('the log holds');
  });

  it('finds a provider’s address in what leaves the app', async () => {
    await using harness = await createHarness(createStandInApp);

    const text = `cannot reach ${harness.openai.url}`;

    expect(() => harness.expectNoSecretsIn(text)).toThrow(harness.openai.address);
    expect(() => harness.expectNoSecretsIn('cannot reach the provider')).not.toThrow();
  });

  it('removes the data folder and frees the ports at the end', async () => {
    const harness = await createHarness(createStandInApp);
    const { url, dataDir } = harness;
    expect(existsSync(dataDir)).toBe(true);

    await harness[Symbol.asyncDispose]();

    expect(existsSync(dataDir)).toBe(false);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('fails at the end when the app does not close, and still cleans up', async () => {
    const options = { ...misbehaving('never-close'), closeDeadlineMs: 20 };
    const harness = await createHarness(createStandInApp, options);
    const { url, dataDir } = harness;

    await expect(harness[Symbol.asyncDispose]()).rejects.toThrow('the app does not close');

    expect(existsSync(dataDir)).toBe(false);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('starts the app anew on the same data folder', async () => {
    const folders: unknown[] = [];
    await using harness = await createHarness((options) => {
      folders.push(options.env['TOLLGATE_DATA_DIR']);
      return createStandInApp(options);
    });

    await harness.restart();

    expect(folders).toEqual([harness.dataDir, harness.dataDir]);
    harness.openai.mockChatCompletionSuccess();
    await harness.withToken().post('/').send(body).expect(200);
  });

  it('leaves nothing behind when the app cannot start', async () => {
    let dataDir = '';
    const failing = createHarness((options) => {
      dataDir = options.env['TOLLGATE_DATA_DIR'] ?? '';
      return Promise.reject(new Error('bad configuration'));
    });

    await expect(failing).rejects.toThrow('bad configuration');
    expect(existsSync(dataDir)).toBe(false);
  });
});

describe('the origin’s harnesses', () => {
  it('track tokens from OpenAI to Zion', async () => {
    await using harness = await TokenTrackingTestHarness.create(createStandInApp);
    harness.openai.mockChatCompletionWithUsage('Hello!', 42, 128);
    harness.zion.mockBatchIncrementSuccess();

    await harness.server
      .post('/v1/chat/completions')
      .set('authorization', `Bearer ${TEST_TOKEN}`)
      .send(body)
      .expect(200);
    const [batch] = await harness.waitForBatchRequests(1);
    const [increment] = harness.parseIncrements(batch?.request.body);

    expect(increment && harness.extractTokenCounts(increment)).toEqual([42, 128, 1]);
    expect(harness.zion.sumIncrements()).toEqual({
      aiInputTokens: 42,
      aiOutputTokens: 128,
      aiRequests: 1,
    });
  });

  it('switch debugging on by the predecessor’s variable', async () => {
    const seen: unknown[] = [];
    for (const isEnabled of [true, false]) {
      await using _ = await DebugTestHarness.withDebug((options) => {
        seen.push(options.env['SENTINEL_DEBUG']);
        return createStandInApp(options);
      }, isEnabled);
    }

    expect(seen).toEqual(['true', undefined]);
  });
});
