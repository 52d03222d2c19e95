import {
  controlledReply,
  createHarness,
  type Harness,
  html,
  json,
  messageEvents,
  messageResponse,
  namedEvents,
  parseSse,
  VirtualClock,
} from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { fieldsOf, type Posted, post } from './support/chat-face.ts';

const MESSAGES = '/v1/messages';
const COUNT = '/v1/messages/count_tokens';
const CLAUDE = 'claude-sonnet-4-5';
const OTHER = 'other/gpt-4o';

const messages = [{ role: 'user', content: 'Hello' }];
const hello = { model: CLAUDE, max_tokens: 64, messages };

/** `other` is a provider that speaks Chat Completions and nothing else. */
const start = (clock?: VirtualClock): Promise<Harness> =>
  createHarness(createApp, {
    settings: ({ openai }) => ({
      config: {
        providers: {
          other: { dialect: 'openai-chat', baseUrl: openai.baseUrl, apiKey: openai.apiKey },
        },
      },
    }),
    ...(clock === undefined ? {} : { clock }),
  });

/** The error's type and message; throws where the body is not exactly Anthropic's with our call id. */
function errorOf({ headers, json: body }: Posted): { type: string; message: string } {
  const { type, error, request_id, ...others } = fieldsOf(body);
  const { type: kind, message, ...further } = fieldsOf(error);
  expect([type, others, further]).toEqual(['error', {}, {}]);
  expect(request_id).toBe(headers.get('x-tollgate-call'));
  expect(headers.get('request-id')).toBe(request_id);
  return { type: String(kind), message: String(message) };
}

describe('the headers of the Anthropic face', () => {
  it('sends version and betas on byte for byte, and none of the client’s others', async () => {
    await using harness = await start();
    harness.anthropic.mockMessageSuccess();
    const own = {
      'anthropic-version': '2026-10-21',
      'anthropic-beta': 'context-1m-2025-08-07,interleaved-thinking-2025-05-14',
    };

    const reply = await post(harness, `${MESSAGES}?beta=true`, hello, {
      headers: { ...own, 'x-app': 'cli', 'anthropic-workspace-id': 'w', cookie: 'a=b' },
    });

    const { headers, query } = harness.anthropic.lastRequest();
    expect(headers).toMatchObject({ ...own, 'x-api-key': harness.anthropic.apiKey });
    const foreign = ['x-app', 'cookie', 'authorization', 'anthropic-workspace-id'];
    expect(foreign.filter((name) => name in headers)).toEqual([]);
    expect([...query]).toEqual([]);
    expect(reply.status).toBe(200);
    expect(reply.headers.get('request-id')).toBe(reply.headers.get('x-tollgate-call'));
    expect(reply.headers.get('x-tollgate-dropped')).toBeNull();
  });

  it('sends on only the betas that its provider is said to know, and names the others', async () => {
    const anthropic = { betas: { 'anthropic-beta': ['interleaved-thinking-*'] } };
    await using harness = await createHarness(createApp, {
      settings: { config: { providers: { anthropic } } },
    });
    harness.anthropic.mockMessageSuccess();
    const headers = {
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'context-1m-2025-08-07,interleaved-thinking-2025-05-14',
    };

    const reply = await post(harness, MESSAGES, hello, { headers });
    const strict = await post(harness, MESSAGES, hello, {
      headers: { ...headers, 'x-tollgate-strict': 'true' },
    });

    const dropped = 'anthropic-beta.context-1m-2025-08-07';
    expect(reply.headers.get('x-tollgate-dropped')).toBe(dropped);
    expect(harness.anthropic.lastRequest().headers['anthropic-beta']).toBe(
      'interleaved-thinking-2025-05-14',
    );
    expect(strict.status).toBe(400);
    expect(errorOf(strict).message).toContain(dropped);
    expect((await harness.usage()).map(({ losses }) => losses)).toEqual([[dropped]]);
  });

  it('names a beta that another dialect’s provider never hears of, and refuses it when strict', async () => {
    await using harness = await start();
    harness.openai.mockChatCompletionSuccess();
    const headers = {
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'context-1m-2025-08-07',
    };

    const dropped = await post(harness, MESSAGES, { ...hello, model: OTHER }, { headers });
    const strict = await post(
      harness,
      MESSAGES,
      { ...hello, model: OTHER },
      {
        headers: { ...headers, 'x-tollgate-strict': 'true' },
      },
    );

    expect(dropped.headers.get('x-tollgate-dropped')).toBe('anthropic-beta');
    expect(Object.keys(harness.openai.lastRequest().headers).join()).not.toContain('anthropic');
    expect(strict.status).toBe(400);
    expect(errorOf(strict)).toMatchObject({
      type: 'invalid_request_error',
      message: expect.stringContaining('anthropic-beta'),
    });
    expect((await harness.usage()).map(({ losses }) => losses)).toEqual([['anthropic-beta']]);
  });

  it.each([
    ['2023-06-01', {}],
    ['2026-10-21', { anthropicVersion: '2026-10-21' }],
  ])(
    'translates from other faces in the version %s that the provider is set to',
    async (version, set) => {
      await using harness = await createHarness(createApp, {
        settings: { config: { providers: { anthropic: set } } },
      });
      harness.anthropic.mockMessageSuccess().times(2);

      await post(harness, '/v1/chat/completions', hello);
      await post(harness, MESSAGES, hello);

      const sent = harness.anthropic.receivedRequests();
      expect(sent.map(({ headers }) => headers['anthropic-version'])).toEqual([version, version]);
    },
  );
});

describe('the probes of coding agents', () => {
  it.each(['/', MESSAGES, '/api/hello'])('answers HEAD %s without a key', async (path) => {
    await using harness = await start();

    const { status } = await fetch(harness.url + path, { method: 'HEAD' });

    expect(status).toBe(200);
    expect(await harness.usage()).toEqual([]);
  });

  it('takes what such an agent sends to a model of another dialect', async () => {
    await using harness = await start();
    harness.openai.mockChatCompletionSuccess();
    const mark = { cache_control: { type: 'ephemeral' } };

    const reply = await post(harness, `${MESSAGES}?beta=true`, {
      model: OTHER,
      max_tokens: 32_000,
      system: [
        { type: 'text', text: 'x-anthropic-billing-header: cc_version=2.1' },
        { type: 'text', text: 'You are a coding agent.', ...mark },
      ],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello', ...mark }] }],
      tools: [
        {
          name: 'Bash',
          description: 'Runs a command.',
          input_schema: {
            $schema: 'https://json-schema.org/draft/2020-12/schema',
            type: 'object',
            properties: { command: { type: 'string' } },
            required: ['command'],
            additionalProperties: false,
          },
        },
      ],
      metadata: { user_id: 'user_1_account__session_2' },
      thinking: { type: 'adaptive' },
      output_config: { effort: 'high' },
      context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
      temperature: 1,
    });

    expect([reply.status, reply.text]).toEqual([200, expect.stringContaining('"type":"message"')]);
    expect(harness.openai.lastRequest().body).toMatchObject({
      model: 'gpt-4o',
      messages: [{ role: 'system' }, { role: 'user' }],
      tools: [{ type: 'function', function: { name: 'Bash' } }],
    });
    expect(reply.headers.get('x-tollgate-dropped')).toContain('context_management');
  });
});

describe('bytes between like dialects', () => {
  it('sends a body on as it came, and the reply back as it came', async () => {
    await using harness = await start();
    const reply =
      ' {"id":"msg_1","type":"message","role":"assistant","model":"m","content":[],\n"stop_reason":"end_turn","usage":{"input_tokens":1.0,"output_tokens":2},"tomorrow":1e2}';
    harness.anthropic.mockMessage((writer) => {
      writer.head(200, { 'content-type': 'application/json' });
      return writer.write(reply).then(() => writer.end());
    });
    const body = `{ "model":"${CLAUDE}","max_tokens":64, "messages":[{"role":"user","content":"H\\u0069"}],\n"tomorrow":{"a":1.0} }`;

    const { text } = await post(harness, MESSAGES, body);

    expect(harness.anthropic.lastRequest().text).toBe(body);
    expect(text).toBe(reply);
  });

  it('changes the model’s name alone where it has the provider’s before it', async () => {
    await using harness = await start();
    harness.anthropic.mockMessageStream();
    const body = (model: string) =>
      `{"model": "${model}","stream":true,"max_tokens":64,"messages":[{"role":"user","content":"Hi"}],"tomorrow":1.0}`;

    const { text } = await post(harness, MESSAGES, body(`anthropic/${CLAUDE}`));

    expect(harness.anthropic.lastRequest().text).toBe(body(CLAUDE));
    expect(text).toBe(namedEvents(messageEvents(messageResponse('Hello there'))).join(''));
  });
});

describe('a translated stream', () => {
  const chunk = (delta: object, finish: string | null = null): string =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'gpt-4o', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;

  it('says that it lives wherever it is silent for 15 s, and leaves no timer behind', async () => {
    const clock = new VirtualClock();
    await using harness = await start(clock);
    const upstream = controlledReply();
    harness.openai.mockChatCompletion(upstream.reply);

    const response = await fetch(harness.url + MESSAGES, {
      method: 'POST',
      headers: { 'x-api-key': harness.keys.member, 'content-type': 'application/json' },
      body: JSON.stringify({ ...hello, model: OTHER, stream: true }),
    });
    const reader = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream());
    const pieces = reader[Symbol.asyncIterator]();
    const next = async (): Promise<string> => String((await pieces.next()).value);

    await clock.advance(15_000);
    const before = await next();
    await upstream.send(chunk({ role: 'assistant', content: 'Hi' }));
    const started = await next();
    await clock.advance(14_999);
    await clock.advance(1);
    const first = await next();
    await clock.advance(15_000);
    const second = await next();
    await upstream.send(`${chunk({}, 'stop')}data: [DONE]\n\n`);
    await upstream.end();
    let rest = '';
    for (let piece = await pieces.next(); piece.done !== true; piece = await pieces.next()) {
      rest += piece.value;
    }

    const ping = 'event: ping\ndata: {"type":"ping"}\n\n';
    expect(before).toBe(': waiting\n\n');
    expect(started).toContain('message_start');
    expect([first, second]).toEqual([ping, ping]);
    expect(parseSse(rest).map(({ event }) => event)).toEqual([
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    await harness.usage();
    await clock.advance(15_000);
    expect(rest).not.toContain('ping');
  });

  it('ends a cut with one error event, and books what it is', async () => {
    await using harness = await start();
    const upstream = controlledReply();
    harness.openai.mockChatCompletion(upstream.reply);

    const reply = post(harness, MESSAGES, { ...hello, model: OTHER, stream: true });
    await upstream.send(chunk({ role: 'assistant', content: 'Hi' }));
    await upstream.cut();
    const events = parseSse((await reply).text);

    expect(events.at(-1)).toMatchObject({ event: 'error' });
    expect(JSON.parse(String(events.at(-1)?.data))).toMatchObject({
      type: 'error',
      error: { type: 'api_error' },
    });
    expect(events.filter(({ event }) => event === 'message_stop')).toEqual([]);
    const [usage, ...others] = await harness.usage();
    expect(others).toEqual([]);
    expect(usage).toMatchObject({ face: 'anthropic', errorKind: 'provider_truncated' });
  });
});

describe('counting tokens', () => {
  const body = { model: CLAUDE, messages, system: 'Be brief.' };

  it('asks a provider that can, with the client’s version and betas, and books nothing', async () => {
    await using harness = await start();
    harness.anthropic.mockCountTokens(321);
    const own = {
      'anthropic-version': '2026-10-21',
      'anthropic-beta': 'token-counting-2024-11-01',
    };

    const reply = await post(harness, COUNT, body, { headers: own });

    expect([reply.status, reply.json]).toEqual([200, { input_tokens: 321 }]);
    expect(reply.headers.get('x-tollgate-estimate')).toBeNull();
    expect(harness.anthropic.lastRequest('POST /v1/messages/count_tokens')).toMatchObject({
      text: JSON.stringify(body),
      headers: own,
    });
    expect(await harness.usage()).toEqual([]);
  });

  it.each(['sim/echo', OTHER])('estimates for %s and says so', async (model) => {
    await using harness = await start();

    const short = await post(harness, COUNT, { ...body, model });
    const long = await post(harness, COUNT, { ...body, model, system: 'Be brief. '.repeat(500) });

    expect(short.headers.get('x-tollgate-estimate')).toBe('true');
    const tokens = [short, long].map(({ json: told }) => Number(fieldsOf(told)['input_tokens']));
    expect(tokens[0]).toBeGreaterThan(4);
    expect(tokens[0]).toBeLessThan(30);
    expect(tokens[1]).toBeGreaterThan(1_000);
    expect(await harness.usage()).toEqual([]);
  });

  it('estimates where a look-alike serves no such path', async () => {
    await using harness = await start();
    harness.anthropic.mockCountTokensReply(html(404));

    const reply = await post(harness, COUNT, body);

    expect(reply.status).toBe(200);
    expect(reply.headers.get('x-tollgate-estimate')).toBe('true');
  });

  it('keeps a refusal of the provider’s, and a count that is none is the provider’s fault', async () => {
    await using harness = await start();
    const error = { type: 'not_found_error', message: 'model: claude-nothing' };
    harness.anthropic.mockCountTokensReply(json({ type: 'error', error }, { status: 404 }));
    harness.anthropic.mockCountTokensReply(json({ tokens: 3 }));

    const refused = await post(harness, COUNT, body);
    const wrong = await post(harness, COUNT, body);

    expect([refused.status, errorOf(refused).type]).toEqual([404, 'not_found_error']);
    expect([wrong.status, errorOf(wrong).type]).toEqual([502, 'api_error']);
  });

  it('names what is wrong with a body that no provider judges', async () => {
    await using harness = await start();

    const reply = await post(harness, COUNT, { model: OTHER, messages: [{ role: 'user' }] });

    expect(reply.status).toBe(400);
    expect(errorOf(reply).message).toContain('messages[0].content');
  });
});

describe('models as Anthropic writes them', () => {
  const asked = { method: 'GET', headers: { 'anthropic-version': '2023-06-01' } };

  it('are told to clients that send its version, in pages as they ask; to others as before', async () => {
    await using harness = await start();
    const list = async (query = '') =>
      fieldsOf((await post(harness, `/v1/models${query}`, '', asked)).json);

    const all = await list();
    const data = Array.isArray(all['data']) ? all['data'] : [];
    const ids = data.map(({ id }) => id);
    const first = await list('?limit=2');
    const second = await list(`?limit=2&after_id=${first['last_id']}`);
    const back = await list(`?limit=1&before_id=${ids[2]}`);
    const plain = await post(harness, '/v1/models', '', { method: 'GET' });

    expect(all).toMatchObject({ has_more: false, first_id: ids[0], last_id: ids.at(-1) });
    expect(data.find(({ id }) => id === CLAUDE)).toMatchObject({
      type: 'model',
      display_name: CLAUDE,
      created_at: '2025-09-29T00:00:00.000Z',
    });
    expect(first).toMatchObject({ has_more: true, first_id: ids[0], last_id: ids[1] });
    expect(second).toMatchObject({ has_more: true, first_id: ids[2] });
    expect(back).toMatchObject({ has_more: true, first_id: ids[1], last_id: ids[1] });
    expect(fieldsOf(plain.json)['object']).toBe('list');
  });

  it('are found one by one, and refused in Anthropic’s body', async () => {
    await using harness = await start();

    const found = await post(harness, '/v1/models/sim%2Fecho', '', asked);
    const unknown = await post(harness, '/v1/models/nobody', '', asked);
    const limit = await post(harness, '/v1/models?limit=0', '', asked);

    expect(found.json).toMatchObject({ type: 'model', id: 'sim/echo' });
    expect([unknown.status, errorOf(unknown).type]).toEqual([404, 'not_found_error']);
    expect([limit.status, errorOf(limit).message]).toEqual([400, expect.stringContaining('limit')]);
  });
});

describe('bad input, told in Anthropic’s body', () => {
  const translated = { ...hello, model: OTHER };

  it.each<[string, unknown, number, string, string]>([
    ['no JSON', '{"model":', 400, 'invalid_request_error', 'JSON'],
    ['no object', '[]', 400, 'invalid_request_error', 'object'],
    ['no model', { max_tokens: 1, messages }, 400, 'invalid_request_error', 'model'],
    ['an unknown model', { ...hello, model: 'nobody' }, 404, 'not_found_error', 'nobody'],
    ['no limit', { model: OTHER, messages }, 400, 'invalid_request_error', 'max_tokens'],
    ['no messages', { ...translated, messages: [] }, 400, 'invalid_request_error', 'messages'],
    [
      'a role that is none',
      { ...translated, messages: [{ role: 'tool', content: 'x' }] },
      400,
      'invalid_request_error',
      'messages[0].role',
    ],
    [
      'a result of no call',
      {
        ...translated,
        messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_9' }] }],
      },
      400,
      'invalid_request_error',
      'messages[0].content[0].tool_use_id',
    ],
    [
      'a bad temperature',
      { ...translated, temperature: 'hot' },
      400,
      'invalid_request_error',
      'temperature',
    ],
  ])('%s', async (_what, body, status, type, named) => {
    await using harness = await start();

    const reply = await post(harness, MESSAGES, typeof body === 'string' ? body : fieldsOr(body));

    expect(reply.status).toBe(status);
    expect(errorOf(reply)).toEqual({ type, message: expect.stringContaining(named) });
    expect(await harness.usage()).toEqual([]);
  });

  it('a key that is none, a method, a path, a body that is too large', async () => {
    await using harness = await start();
    const key = { headers: { authorization: 'Bearer tg_wrong' } };

    const unknown = await post(harness, MESSAGES, hello, key);
    const method = await post(harness, MESSAGES, '', { method: 'GET' });
    const path = await post(harness, '/v1/messages/batches', hello);
    const large = await post(harness, COUNT, { ...hello, system: 'x'.repeat(33_554_432) });

    expect([unknown.status, errorOf(unknown).type]).toEqual([401, 'authentication_error']);
    expect([method.status, method.headers.get('allow')]).toEqual([405, 'POST']);
    expect(errorOf(method).type).toBe('invalid_request_error');
    expect([path.status, errorOf(path).type]).toEqual([404, 'not_found_error']);
    expect([large.status, errorOf(large).type]).toEqual([413, 'request_too_large']);
  });

  it('a key that may not use this face', async () => {
    await using harness = await createHarness(createApp, {
      settings: {
        config: {
          governance: { keys: [{ name: 'one', key: 'tg_only_openai_face', faces: ['openai'] }] },
        },
      },
    });
    const key = { headers: { authorization: 'Bearer tg_only_openai_face' } };

    const reply = await post(harness, MESSAGES, { ...hello, model: 'sim/echo' }, key);

    expect([reply.status, errorOf(reply).type]).toEqual([403, 'permission_error']);
  });
});

const fieldsOr = (body: unknown) => (Array.isArray(body) ? JSON.stringify(body) : fieldsOf(body));

describe('a provider’s failures', () => {
  it.each<[string, (harness: Harness) => void, number, string]>([
    ['401', ({ anthropic }) => anthropic.mockMessageUnauthorized(), 502, 'api_error'],
    ['429', ({ anthropic }) => anthropic.mockMessageRateLimited(7), 429, 'rate_limit_error'],
    ['529', ({ anthropic }) => anthropic.mockMessageOverloaded(), 529, 'overloaded_error'],
    ['400', ({ anthropic }) => anthropic.mockMessageBadRequest(), 400, 'invalid_request_error'],
    ['HTML', ({ anthropic }) => anthropic.mockMessage(html(502)), 502, 'api_error'],
  ])('%s keeps its class, and tells no secret', async (_what, script, status, type) => {
    await using harness = await start();
    script(harness);

    const reply = await post(harness, MESSAGES, hello);

    expect([reply.status, errorOf(reply).type]).toEqual([status, type]);
    expect(reply.headers.get('retry-after')).toBe(status === 429 ? '7' : null);
    harness.expectNoSecretsIn(reply.text);
    expect(await harness.usage()).toHaveLength(1);
  });
});
