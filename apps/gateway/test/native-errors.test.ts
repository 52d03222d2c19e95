import {
  brokenJson,
  bytes,
  chatStream,
  cutAfter,
  dataEvents,
  emptyBody,
  eventStream,
  type Harness,
  html,
  json,
  openAiError,
  parseSse,
  type Reply,
  reset,
  streamingChunks,
  VirtualClock,
} from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import {
  asking,
  BY_MODEL,
  createNativeHarness,
  NATIVE_CHAT,
  postNative,
} from './support/native.ts';

/* Errors in the one body of the native contract, wherever they come from. */

const failing = (status: number, headers: { readonly [name: string]: string } = {}): Reply =>
  json(
    openAiError('It went wrong at https://api.openai.com/v1 with key sk-secret123456.', {
      type: 'some_error',
    }),
    { status, headers },
  );

interface Failure {
  readonly what: string;
  readonly reply: Reply;
  readonly status: number;
  readonly type: string;
  readonly code: string;
  readonly retryAfter?: string;
}

const upstream = (what: string, reply: Reply, status = 502): Failure => ({
  what,
  reply,
  status,
  type: 'upstream_error',
  code: 'provider_error',
});

const FAILURES: readonly Failure[] = [
  {
    what: '400',
    reply: failing(400),
    status: 400,
    type: 'invalid_request_error',
    code: 'invalid_request',
  },
  {
    what: '429 with Retry-After',
    reply: failing(429, { 'retry-after': '7' }),
    status: 429,
    type: 'rate_limit_error',
    code: 'rate_limit_exceeded',
    retryAfter: '7',
  },
  upstream('401', failing(401)),
  upstream('403', failing(403)),
  upstream('500', failing(500)),
  {
    ...upstream('503 with Retry-After', failing(503, { 'retry-after': '20' }), 503),
    retryAfter: '20',
  },
  upstream('HTML of a proxy', html(502)),
  upstream('500 without a body', emptyBody(500)),
  upstream('a connection that is reset', reset()),
];

/** What only a whole reply can do. */
const BAD_REPLIES: readonly Failure[] = [
  upstream('200 without a body', emptyBody()),
  upstream('200 of HTML', html(200)),
  upstream('200 of broken JSON', brokenJson()),
  upstream('200 of another shape', json({ hello: 'there' })),
  upstream('200 that holds an error', json(openAiError('No.', { type: 'server_error' }))),
];

async function expectFailure(harness: Harness, failure: Failure, stream: boolean): Promise<void> {
  harness.openai.mockChatCompletion(failure.reply);

  const { status, headers, body, text } = await postNative(harness, asking('Hi', { stream }));

  expect({ status, body }).toEqual({
    status: failure.status,
    body: {
      error: {
        message: expect.stringContaining('"openai"'),
        type: failure.type,
        code: failure.code,
        provider: 'openai',
      },
    },
  });
  expect(headers['content-type']).toMatch(/^application\/json/);
  expect(headers['retry-after']).toBe(failure.retryAfter);
  expect(headers).not.toHaveProperty('x-sentinel-model');
  expect(text).not.toMatch(/api\.openai\.com|sk-secret/);
  harness.expectNoSecretsIn(text);
  const usage = await harness.settled(String(headers['x-tollgate-call']));
  expect(usage).toMatchObject({ status: 'failed', face: 'native', provider: 'openai' });
}

describe('a provider that answers', () => {
  it.each(FAILURES)(
    '$what: tells the client so, in the native body, before any byte of a stream',
    async (failure) => {
      for (const stream of [false, true]) {
        // Each on its own, since a failure makes the model unavailable for a while.
        await using harness = await createNativeHarness();
        await expectFailure(harness, failure, stream);
      }
    },
  );

  it.each(BAD_REPLIES)('$what: never makes a normal reply of it', async (failure) => {
    await using harness = await createNativeHarness();
    await expectFailure(harness, failure, false);
  });

  it('an unauthorized key of ours: tells the operator which one', async () => {
    await using harness = await createNativeHarness();
    harness.openai.mockChatCompletionUnauthorized();

    await postNative(harness, asking('Hi')).expect(502);

    expect(harness.logs).toContainEqual(
      expect.objectContaining({
        provider: 'openai',
        msg: expect.stringContaining('providers.openai'),
      }),
    );
  });
});

const CHUNKS = streamingChunks('Hello there my friend');

describe('a stream that fails on its way', () => {
  it.each([
    ['is cut', cutAfter(700, chatStream(CHUNKS)), 'connection_closed'],
    [
      'ends before its end',
      eventStream(dataEvents(CHUNKS.slice(0, 3), false)),
      'connection_closed',
    ],
    [
      'holds no JSON',
      eventStream([...dataEvents(CHUNKS.slice(0, 3), false), 'data: {"id":\n\n']),
      'parse_error',
    ],
    [
      'holds an error',
      eventStream([
        ...dataEvents(CHUNKS.slice(0, 3), false),
        ...dataEvents(
          [openAiError('Overloaded at https://api.openai.com', { type: 'server_error' })],
          false,
        ),
      ]),
      'provider_error',
    ],
  ])('that %s: ends in an error event, and never in [DONE]', async (_what, reply, code) => {
    await using harness = await createNativeHarness();
    harness.openai.mockChatCompletion(reply);

    const { headers, text } = await postNative(harness, asking('Hi', { stream: true })).expect(200);

    const events = parseSse(text).map(({ data }): unknown => JSON.parse(data));
    expect(events[0]).toMatchObject({ choices: [{ delta: { content: 'Hello ' } }] });
    expect(events.at(-1)).toEqual({
      error: { message: expect.any(String), type: 'stream_error', code },
    });
    expect(text).not.toContain('[DONE]');
    harness.expectNoSecretsIn(text);
    expect(text).not.toContain('api.openai.com');
    const usage = await harness.settled(String(headers['x-tollgate-call']));
    expect(usage).toMatchObject({ status: 'failed', provenance: 'interrupted' });
    expect(usage.inputTokens).toBeGreaterThan(0);
    expect(usage.outputTokens).toBeGreaterThan(0);
  });
});

describe('our own refusals', () => {
  it.each([
    ['broken JSON', '{"messages":[', 400, 'invalid_request_error'],
    ['no object', '[]', 400, 'invalid_request_error'],
    ['messages of a wrong type', '{"messages":"Hi"}', 400, 'invalid_request_error'],
    ['an explicit null for stream', '{"messages":[],"stream":null}', 400, 'invalid_request_error'],
    [
      'content of null',
      '{"messages":[{"role":"user","content":null}]}',
      400,
      'invalid_request_error',
    ],
    [
      'a role of another API',
      '{"messages":[{"role":"developer","content":""}]}',
      400,
      'invalid_request_error',
    ],
    [
      'a system message behind others',
      '{"messages":[{"role":"user","content":""},{"role":"system","content":""}]}',
      400,
      'invalid_request_error',
    ],
  ])(
    'to %s come in the native body, with nothing sent and nothing billed',
    async (_what, text, status, type) => {
      await using harness = await createNativeHarness();

      const reply = await harness
        .withToken()
        .post(NATIVE_CHAT)
        .set('content-type', 'application/json')
        .send(text);

      expect(reply.status).toBe(status);
      expect(reply.body).toEqual({
        error: { message: expect.stringMatching(/./), type, code: expect.any(String) },
      });
      expect(harness.openai.receivedRequests()).toHaveLength(0);
      expect(await harness.usage()).toEqual([]);
    },
  );

  it('to a model that nobody serves come in the native body, with nothing sent and nothing billed', async () => {
    await using harness = await createNativeHarness({ governance: 'local' });

    const reply = await postNative(harness, asking('Hi', { model: 'no-such-model' })).expect(404);

    expect(reply.body).toEqual({
      error: {
        message: expect.stringContaining('no-such-model'),
        type: 'not_found_error',
        code: 'model_not_found',
      },
    });
    expect(harness.openai.receivedRequests()).toHaveLength(0);
    expect(await harness.usage()).toEqual([]);
  });

  it('to no model come under the predecessor’s environment: what no list knows is OpenAI’s to judge', async () => {
    await using harness = await createNativeHarness();
    harness.openai.mockChatCompletionSuccess();

    await postNative(harness, asking('Hi', { model: 'acme/fine-tuned:v2' })).expect(200);

    expect(harness.openai.lastRequest()?.body).toMatchObject({ model: 'acme/fine-tuned:v2' });
  });

  it('to the request after the last one allowed come with Retry-After, in the native body', async () => {
    await using harness = await createNativeHarness({
      settings: { env: { TOLLGATE_RATE_LIMIT: '1' } },
    });
    harness.openai.mockChatCompletionSuccess();
    const first = await postNative(harness, asking('Hi')).expect(200);

    const { headers, body } = await postNative(harness, asking('Hi')).expect(429);

    expect(first.headers).toMatchObject({ 'x-ratelimit-limit': '1', 'x-ratelimit-remaining': '0' });
    expect(body.error).toMatchObject({ type: 'rate_limit_error', code: 'rate_limit_exceeded' });
    expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(120);
    expect(headers['x-ratelimit-remaining']).toBe('0');
  });

  it('to another method name the right one', async () => {
    await using harness = await createNativeHarness();

    const { headers, body } = await harness.withToken().get(NATIVE_CHAT).expect(405);

    expect(headers['allow']).toBe('POST');
    expect(body.error.type).toBe('invalid_request_error');
  });
});

describe('a model that fails', () => {
  it('is left alone for 30 s, then tried again, then left alone for 60 s', async () => {
    const clock = new VirtualClock();
    await using harness = await createNativeHarness({ clock });
    const ask = () => postNative(harness, asking('Hi'));

    harness.openai.mockChatCompletionServerError();
    await ask().expect(502);
    const refused = await ask().expect(503);
    expect(refused.headers['retry-after']).toBe('30');
    expect(refused.body.error).toEqual({
      message: expect.stringContaining('30 seconds'),
      type: 'service_unavailable',
      code: 'service_unavailable',
    });

    await clock.advance(30_000);
    harness.openai.mockChatCompletionServerError();
    await ask().expect(502);
    expect((await ask().expect(503)).headers['retry-after']).toBe('60');

    await clock.advance(60_000);
    harness.openai.mockChatCompletionSuccess();
    await ask().expect(200);
    expect(harness.openai.receivedRequests()).toHaveLength(3);
  });

  it('fails as often as it likes, and the gateway waits no longer than 300 s', async () => {
    const clock = new VirtualClock();
    await using harness = await createNativeHarness({ clock });
    harness.openai.mockChatCompletionServerError().times(70);

    for (let failures = 0; failures < 70; failures++) {
      await postNative(harness, asking('Hi')).expect(502);
      await clock.advance(300_000);
    }

    harness.openai.mockChatCompletionSuccess();
    const { headers } = await postNative(harness, asking('Hi')).expect(200);
    expect(headers['x-sentinel-tier']).toBe('simple');
  }, 60_000);

  it('forgets its failures with its first success', async () => {
    const clock = new VirtualClock();
    await using harness = await createNativeHarness({ clock });
    const fail = async (): Promise<string> => {
      harness.openai.mockChatCompletionServerError();
      await postNative(harness, asking('Hi')).expect(502);
      const { headers } = await postNative(harness, asking('Hi')).expect(503);
      return String(headers['retry-after']);
    };

    expect(await fail()).toBe('30');
    await clock.advance(30_000);
    harness.openai.mockChatCompletionSuccess();
    await postNative(harness, asking('Hi')).expect(200);

    expect(await fail()).toBe('30');
  });

  it.each([
    ['400', () => failing(400)],
    ['404', () => failing(404)],
    ['422', () => failing(422)],
  ])('with %s, which its caller brought on, stays there for everybody', async (_what, reply) => {
    await using harness = await createNativeHarness();
    harness.openai.mockChatCompletion(reply());
    harness.openai.mockChatCompletionSuccess();

    const bad = await postNative(harness, asking('Hi', { temperature: 2 }));
    const good = await postNative(harness, asking('Hi'));

    expect(bad.status).toBeGreaterThanOrEqual(400);
    expect(bad.status).toBeLessThan(500);
    expect(good.status).toBe(200);
  });

  it('is still asked by who names it outright', async () => {
    await using harness = await createNativeHarness({ settings: BY_MODEL.settings });
    harness.openai.mockChatCompletionServerError();
    harness.openai.mockChatCompletionSuccess();
    const ask = () => postNative(harness, asking('Hi', { model: 'gpt-4o-mini' }));

    const statuses = [(await ask()).status, (await ask()).status];

    expect(statuses).toEqual([502, 200]);
  });

  it('takes no more than 64 KiB of what went wrong', async () => {
    await using harness = await createNativeHarness();
    harness.openai.mockChatCompletion(
      bytes('x'.repeat(1_000_000), { status: 500, headers: { 'content-type': 'text/plain' } }),
    );

    const { text } = await postNative(harness, asking('Hi')).expect(502);

    expect(text.length).toBeLessThan(2_000);
  });
});
