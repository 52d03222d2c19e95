import {
  controlledReply,
  createHarness,
  type Harness,
  json,
  messageEvents,
  messageResponse,
  namedEvents,
} from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { fieldsOf, post } from './support/chat-face.ts';

/*
 * What Anthropic's coding agent demands of a gateway, each by its name in
 * code.claude.com/docs/en/llm-gateway-protocol. `GET /protocol` is no demand: it is where their own
 * gateway describes its further endpoints.
 */

const MESSAGES = '/v1/messages?beta=true';
const CLAUDE = 'claude-opus-5-5';
const ATTRIBUTION = 'x-anthropic-billing-header: cc_version=2.1.260.a3f; cc_entrypoint=cli;';
const BETAS =
  'claude-code-20250219,context-management-2025-06-27,interleaved-thinking-2025-05-14, invented-2027-01-01';

/** A turn as the agent sends it: blocks for the system, betas' fields, marks, a tool loop. */
const TURN = {
  model: CLAUDE,
  max_tokens: 32_000,
  stream: true,
  system: [
    { type: 'text', text: ATTRIBUTION },
    { type: 'text', text: 'You are an agent.', cache_control: { type: 'ephemeral', ttl: '1h' } },
  ],
  messages: [
    { role: 'user', content: [{ type: 'text', text: '<system-reminder>Now.</system-reminder>' }] },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: '', signature: 'EqQBCg==' },
        { type: 'tool_use', id: 'toolu_1', name: 'Bash', input: { command: 'ls' } },
      ],
    },
    {
      role: 'user',
      content: [
        {
          type: 'tool_result',
          tool_use_id: 'toolu_1',
          content: 'a.ts',
          cache_control: { type: 'ephemeral' },
        },
      ],
    },
  ],
  tools: [
    {
      name: 'Bash',
      description: 'Runs a command.',
      input_schema: { type: 'object', properties: { command: { type: 'string' } } },
      strict: true,
      defer_loading: false,
    },
  ],
  thinking: { type: 'adaptive' },
  output_config: { effort: 'high', task_budget: { type: 'tokens', total: 1000 } },
  context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
  metadata: { user_id: 'user_1_account__session_2' },
  tomorrow: { any: 1 },
};

const AGENT_HEADERS = {
  'anthropic-version': '2023-06-01',
  'anthropic-beta': BETAS,
  'x-claude-code-session-id': '7f2c',
  'x-claude-code-agent-id': 'agent_1',
  'x-app': 'cli',
  'user-agent': 'claude-cli/2.1.260 (external, cli)',
  'x-stainless-retry-count': '0',
  'x-team': 'a header of our own',
};

const start = (): Promise<Harness> => createHarness(createApp);

describe('API format', () => {
  it('inference is posted to /v1/messages?beta=true: the path matches, whatever the query', async () => {
    await using harness = await start();
    harness.anthropic.mockMessageStream();

    const reply = await post(harness, MESSAGES, TURN, { headers: AGENT_HEADERS });

    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-type')).toBe('text/event-stream');
    expect(reply.text).toBe(namedEvents(messageEvents(messageResponse('Hello there'))).join(''));
  });

  it('tokens can be counted without asking the model', async () => {
    await using harness = await start();
    harness.anthropic.mockCountTokens(1234);
    const { max_tokens: _most, stream: _stream, ...asked } = TURN;

    const reply = await post(harness, '/v1/messages/count_tokens?beta=true', asked, {
      headers: AGENT_HEADERS,
    });

    expect([reply.status, reply.json]).toEqual([200, { input_tokens: 1234 }]);
    const sent = harness.anthropic.lastRequest('POST /v1/messages/count_tokens');
    expect(sent.text).toBe(JSON.stringify(asked));
    expect(sent.headers['anthropic-beta']).toBe(BETAS);
  });

  it.each(['/', '/api/hello'])('a probe of HEAD %s is answered without a key', async (path) => {
    await using harness = await start();

    const reply = await fetch(harness.url + path, { method: 'HEAD', redirect: 'manual' });

    expect([reply.status, await reply.text()]).toEqual([200, '']);
  });
});

describe('request headers', () => {
  it('anthropic-version and anthropic-beta are forwarded byte for byte', async () => {
    await using harness = await start();
    harness.anthropic.mockMessageStream();

    await post(harness, MESSAGES, TURN, { headers: AGENT_HEADERS });

    const { headers } = harness.anthropic.lastRequest();
    expect(headers['anthropic-version']).toBe(AGENT_HEADERS['anthropic-version']);
    expect(headers['anthropic-beta']).toBe(BETAS);
  });

  it('anthropic-* are an open list, but for those that say who pays', async () => {
    await using harness = await start();
    harness.anthropic.mockMessageStream();

    await post(harness, MESSAGES, TURN, {
      headers: {
        ...AGENT_HEADERS,
        'anthropic-invented-tomorrow': 'a=1; b',
        'anthropic-workspace-id': 'w',
      },
    });

    const { headers } = harness.anthropic.lastRequest();
    expect(headers['anthropic-invented-tomorrow']).toBe('a=1; b');
    expect(headers).not.toHaveProperty('anthropic-workspace-id');
  });

  it('names those that another dialect’s provider never hears of', async () => {
    await using harness = await start();
    harness.openai.mockChatCompletionSuccess();

    const reply = await post(
      harness,
      MESSAGES,
      { model: 'openai/gpt-4o', max_tokens: 64, messages: [{ role: 'user', content: 'Hi' }] },
      { headers: { ...AGENT_HEADERS, 'anthropic-invented-tomorrow': '1' } },
    );

    expect(reply.status).toBe(200);
    expect(reply.headers.get('x-tollgate-dropped')).toBe(
      'anthropic-beta, anthropic-invented-tomorrow',
    );
  });

  it('the agent’s own, and the developer’s, are consumed', async () => {
    await using harness = await start();
    harness.anthropic.mockMessageStream();

    const reply = await post(harness, MESSAGES, TURN, { headers: AGENT_HEADERS });

    expect(reply.status).toBe(200);
    const { headers } = harness.anthropic.lastRequest();
    for (const name of ['x-claude-code-session-id', 'x-claude-code-agent-id', 'x-app', 'x-team']) {
      expect(headers).not.toHaveProperty(name);
    }
  });

  it.each([
    ['authorization', (key: string) => ({ authorization: `Bearer ${key}` })],
    ['x-api-key', (key: string) => ({ 'x-api-key': key })],
    ['both', (key: string) => ({ authorization: `Bearer ${key}`, 'x-api-key': key })],
  ])('the credential comes in %s', async (_where, credential) => {
    await using harness = await start();
    harness.anthropic.mockMessageSuccess();

    const reply = await fetch(harness.url + MESSAGES, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...credential(harness.keys.member) },
      body: JSON.stringify({ ...TURN, stream: false }),
    });

    expect(reply.status).toBe(200);
    expect(harness.anthropic.lastRequest().headers['x-api-key']).toBe(harness.anthropic.apiKey);
  });
});

describe('the system prompt’s attribution block', () => {
  it('stays first, in an entry of its own, and the body around it as it came', async () => {
    await using harness = await start();
    harness.anthropic.mockMessageStream();

    await post(harness, MESSAGES, TURN, { headers: AGENT_HEADERS });

    const sent = harness.anthropic.lastRequest();
    expect(sent.text).toBe(JSON.stringify(TURN));
    expect(fieldsOf(sent.body)['system']).toEqual(TURN.system);
  });

  it('is moved by no new name of the model either', async () => {
    await using harness = await start();
    harness.anthropic.mockMessageStream();

    await post(harness, MESSAGES, { ...TURN, model: `anthropic/${CLAUDE}` });

    expect(harness.anthropic.lastRequest().text).toBe(JSON.stringify(TURN));
  });
});

describe('streaming', () => {
  it('relays each event as it comes, pings and comments too', async () => {
    await using harness = await start();
    const upstream = controlledReply();
    harness.anthropic.mockMessage(upstream.reply);
    const [first = '', ...others] = namedEvents(messageEvents(messageResponse('Hello')));

    const response = await fetch(harness.url + MESSAGES, {
      method: 'POST',
      headers: { 'x-api-key': harness.keys.member, 'content-type': 'application/json' },
      body: JSON.stringify(TURN),
    });
    const reader = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream());
    const pieces = reader[Symbol.asyncIterator]();
    const next = async (): Promise<string> => String((await pieces.next()).value);

    await upstream.send(first);
    const started = await next();
    const ping = 'event: ping\ndata: {"type": "ping"}\n\n';
    await upstream.send(ping);
    const pinged = await next();
    await upstream.send(': still thinking\n\n');
    const commented = await next();
    await upstream.send(others.join(''));
    await upstream.end();
    let rest = '';
    for (let piece = await pieces.next(); piece.done !== true; piece = await pieces.next()) {
      rest += piece.value;
    }

    expect([started, pinged, commented]).toEqual([first, ping, ': still thinking\n\n']);
    expect(rest).toBe(others.join(''));
  });
});

describe('automatic retry and error forwarding', () => {
  it.each([
    'messages.1.content.0: Invalid `signature` in `thinking` block',
    '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control thinking behavior.',
    'context_management: Extra inputs are not permitted',
    'prompt is too long: 214315 tokens > 200000 maximum',
  ])('a refusal keeps the provider’s words: %s', async (message) => {
    await using harness = await start();
    harness.anthropic.mockMessageBadRequest(message);

    const reply = await post(harness, MESSAGES, TURN, { headers: AGENT_HEADERS });

    expect(reply.status).toBe(400);
    expect(reply.json).toMatchObject({
      type: 'error',
      error: { type: 'invalid_request_error', message },
    });
  });

  it.each([
    [413, 'request_too_large', 413, 'request_too_large'],
    [404, 'not_found_error', 404, 'not_found_error'],
    [429, 'rate_limit_error', 429, 'rate_limit_error'],
    [529, 'overloaded_error', 529, 'overloaded_error'],
    [500, 'api_error', 502, 'api_error'],
    [401, 'authentication_error', 502, 'api_error'],
  ])('the provider’s %i (%s) is told as %i', async (status, type, told, kind) => {
    await using harness = await start();
    const error = { type, message: 'No.' };
    const retry: Record<string, string> = status === 429 ? { 'retry-after': '7' } : {};
    harness.anthropic.mockMessage(json({ type: 'error', error }, { status, headers: retry }));

    const reply = await post(harness, MESSAGES, TURN, { headers: AGENT_HEADERS });

    expect(reply.status).toBe(told);
    expect(reply.json).toMatchObject({ type: 'error', error: { type: kind } });
    expect(reply.headers.get('retry-after')).toBe(status === 429 ? '7' : null);
  });
});

describe('model discovery', () => {
  const ask = (harness: Harness, headers: Record<string, string>): Promise<Response> =>
    fetch(`${harness.url}/v1/models?limit=1000`, { redirect: 'manual', headers });

  it('lists models with their ids, at once and without a redirect', async () => {
    await using harness = await start();
    const key = harness.keys.member;

    const reply = await ask(harness, {
      authorization: `Bearer ${key}`,
      'x-api-key': key,
      'anthropic-version': '2023-06-01',
    });

    expect(reply.status).toBe(200);
    const { data } = fieldsOf(await reply.json());
    expect(data).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          type: 'model',
          id: expect.stringContaining('claude'),
          display_name: expect.any(String),
        }),
      ]),
    );
  });

  it('answers without the version’s header in a shape that has the ids too', async () => {
    await using harness = await start();

    const reply = await ask(harness, { 'x-api-key': harness.keys.member });

    expect(reply.status).toBe(200);
    const { data } = fieldsOf(await reply.json());
    expect(data).toEqual(
      expect.arrayContaining([expect.objectContaining({ id: expect.stringContaining('claude') })]),
    );
  });
});
