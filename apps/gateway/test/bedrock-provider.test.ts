import {
  amazonChunk,
  amazonEvent,
  amazonException,
  createHarness,
  messageEvents,
  messageResponse,
  parseSseJson,
} from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { type Body, post } from './support/chat-face.ts';
import { type StubAnswer, startStub } from './support/stub-provider.ts';

/* Amazon Bedrock: signed requests, binary streams, and Claude by Anthropic's own API. */

const EVENT_STREAM = { 'content-type': 'application/vnd.amazon.eventstream' };
const CLAUDE = 'bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0';
const CLAUDE_PATH = '/model/eu.anthropic.claude-sonnet-4-5-20250929-v1%3A0';
const NOVA = 'bedrock/amazon.nova-pro-v1:0';
const NOVA_PATH = '/model/amazon.nova-pro-v1%3A0';

const SIGNED = {
  region: 'eu-west-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret-of-aws', sessionToken: 'st' },
};

const CONVERSED = {
  output: { message: { role: 'assistant', content: [{ text: 'Hello!' }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: 7, outputTokens: 3, totalTokens: 10 },
  metrics: { latencyMs: 5 },
};

const CONVERSE_STREAM = [
  amazonEvent('messageStart', { role: 'assistant', p: 'ab' }),
  amazonEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Grü' } }),
  amazonEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'ße' } }),
  amazonEvent('contentBlockStop', { contentBlockIndex: 0 }),
  amazonEvent('messageStop', { stopReason: 'end_turn' }),
  amazonEvent('metadata', { usage: { inputTokens: 7, outputTokens: 3, totalTokens: 10 } }),
];

/** Single bytes: the hardest cut of a binary stream. */
const bytewise = (messages: readonly Uint8Array[]): Uint8Array[] =>
  [...Buffer.concat(messages)].map((byte) => Uint8Array.of(byte));

async function start(answer: StubAnswer, settings: Body = SIGNED) {
  const stub = await startStub(() => answer);
  const bedrock = { baseUrl: stub.url, ...settings };
  const harness = await createHarness(createApp, {
    settings: { config: { providers: { bedrock } } },
  });
  return {
    harness,
    stub,
    [Symbol.asyncDispose]: async () => {
      await harness[Symbol.asyncDispose]();
      await stub[Symbol.asyncDispose]();
    },
  };
}

const chat = { model: NOVA, messages: [{ role: 'user', content: 'Hi' }], max_tokens: 64 };
const message = { ...chat, model: CLAUDE };

describe('a Chat client of Bedrock', () => {
  it('is translated to Converse, signed with its session, and back', async () => {
    await using app = await start({ body: CONVERSED });

    const reply = await post(app.harness, '/v1/chat/completions', chat);

    expect(reply.json).toMatchObject({
      choices: [{ message: { content: 'Hello!' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 7, completion_tokens: 3 },
    });
    const { url, headers, text } = app.stub.last();
    expect(url).toBe(`${NOVA_PATH}/converse`);
    expect(headers['authorization']).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/bedrock\/aws4_request, SignedHeaders=host;x-amz-date;x-amz-security-token, Signature=[0-9a-f]{64}$/,
    );
    expect(headers['x-amz-security-token']).toBe('st');
    expect(JSON.parse(text)).toEqual({
      messages: [{ role: 'user', content: [{ text: 'Hi' }] }],
      inferenceConfig: { maxTokens: 64 },
    });
    expect(JSON.stringify(headers) + text).not.toContain('secret-of-aws');
  });

  it('takes a key of Bedrock’s own as a bearer, and signs nothing then', async () => {
    await using app = await start({ body: CONVERSED }, { apiKey: 'ABSK', region: 'eu-west-1' });

    await post(app.harness, '/v1/chat/completions', chat);

    expect(app.stub.last().headers['authorization']).toBe('Bearer ABSK');
    expect(app.stub.last().headers['x-amz-date']).toBeUndefined();
  });

  it('reads a binary stream, whatever its cuts', async () => {
    await using app = await start({ headers: EVENT_STREAM, body: bytewise(CONVERSE_STREAM) });

    const reply = await post(app.harness, '/v1/chat/completions', {
      ...chat,
      stream: true,
      stream_options: { include_usage: true },
    });

    expect(app.stub.last().url).toBe(`${NOVA_PATH}/converse-stream`);
    const chunks = parseSseJson(reply.text) as readonly {
      choices: readonly { delta: { content?: string }; finish_reason?: string }[];
      usage?: Body;
    }[];
    const deltas = chunks.flatMap(({ choices }) => choices);
    expect(deltas.map(({ delta }) => delta.content ?? '').join('')).toBe('Grüße');
    expect(deltas.at(-1)?.finish_reason).toBe('stop');
    expect(chunks.at(-1)?.usage).toMatchObject({ prompt_tokens: 7, completion_tokens: 3 });
  });

  it('hears of an exception within a stream, and of a stream that is garbled', async () => {
    const begun = CONVERSE_STREAM.slice(0, 2);
    const garbled = Uint8Array.from(CONVERSE_STREAM[2] ?? []).fill(0, 20, 30);
    const failed = [...begun, amazonException('throttlingException', 'Too many tokens')];
    for (const body of [failed, [...begun, garbled], begun]) {
      await using app = await start({ headers: EVENT_STREAM, body });

      const reply = await post(app.harness, '/v1/chat/completions', { ...chat, stream: true });

      expect(reply.text).toContain('Grü');
      expect(reply.text).toContain('"error":');
      expect(reply.text).not.toContain('[DONE]');
    }
  });

  it('speaks Anthropic’s own API to Claude', async () => {
    await using app = await start({ body: messageResponse('Hello!') });

    const reply = await post(app.harness, '/v1/chat/completions', message);

    expect(reply.json).toMatchObject({ choices: [{ message: { content: 'Hello!' } }] });
    expect(app.stub.last().url).toBe(`${CLAUDE_PATH}/invoke`);
    expect(JSON.parse(app.stub.last().text)).toEqual({
      max_tokens: 64,
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
      anthropic_version: 'bedrock-2023-05-31',
    });
  });
});

describe('an Anthropic client of Claude on Bedrock', () => {
  const text = `{ "model": "${CLAUDE}", "max_tokens": 64,\n "messages": [{"role":"user","content":"Hi"}], "future": 1.50, "stream": true }`;

  const send = (app: Awaited<ReturnType<typeof start>>, body: string, headers: Body = {}) =>
    fetch(`${app.harness.url}/v1/messages`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-api-key': app.harness.keys.member,
        'anthropic-version': '2023-06-01',
        ...headers,
      },
      body,
    });

  it('has its body passed with the listed edits alone, betas that are known here within it', async () => {
    await using app = await start({
      headers: EVENT_STREAM,
      body: bytewise(messageEvents(messageResponse('Hello there')).map(amazonChunk)),
    });

    const reply = await send(app, text, {
      'anthropic-beta': 'context-1m-2025-08-07,claude-code-20250219',
    });

    expect(reply.headers.get('x-tollgate-dropped')).toBe('anthropic-beta.claude-code-20250219');
    const { url, headers, text: sent } = app.stub.last();
    expect(url).toBe(`${CLAUDE_PATH}/invoke-with-response-stream`);
    expect(headers['anthropic-version']).toBeUndefined();
    expect(headers['anthropic-beta']).toBeUndefined();
    expect(sent).toBe(
      '{ "max_tokens": 64,\n "messages": [{"role":"user","content":"Hi"}], "future": 1.50,"anthropic_version":"bedrock-2023-05-31","anthropic_beta":["context-1m-2025-08-07"] }',
    );
  });

  it('reads its own API’s events, as they were carried', async () => {
    const events = messageEvents(messageResponse('Hello there', { input: 9, output: 4 }));
    await using app = await start({ headers: EVENT_STREAM, body: events.map(amazonChunk) });

    const reply = await send(app, text);

    expect(reply.headers.get('content-type')).toContain('text/event-stream');
    expect(await reply.text()).toBe(
      events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''),
    );
    const [usage] = await app.harness.waitForUsage(1);
    expect(usage).toMatchObject({ inputTokens: 9, outputTokens: 4 });
  });

  it('hears of an exception in its own words', async () => {
    const [begun = { type: 'message_start' }] = messageEvents(messageResponse('Hello'));
    const body = [amazonChunk(begun), amazonException('throttlingException', 'Too many tokens')];
    await using app = await start({ headers: EVENT_STREAM, body });

    const reply = await send(app, text);

    expect(await reply.text()).toMatch(
      /event: error\ndata: \{"type":"error","error":\{"type":"rate_limit_error","message":".*Too many tokens/,
    );
  });

  it('sends the version that its client names where that has no other name here', async () => {
    await using app = await start({ body: messageResponse('Hello!') });

    await send(app, JSON.stringify(message), { 'anthropic-version': '2026-10-21' });

    expect(JSON.parse(app.stub.last().text)).toMatchObject({ anthropic_version: '2026-10-21' });
  });

  it.each([
    [400, 'ValidationException', 400, 'invalid_request_error'],
    [400, 'ServiceQuotaExceededException', 429, 'rate_limit_error'],
    [403, 'AccessDeniedException', 502, 'api_error'],
    [404, 'ResourceNotFoundException', 404, 'not_found_error'],
    [429, 'ThrottlingException', 429, 'rate_limit_error'],
    [503, 'ServiceUnavailableException', 529, 'overloaded_error'],
  ])('is told of %s %s as %s %s', async (status, name, told, type) => {
    const headers = { 'x-amzn-errortype': `${name}:http://internal.amazon.com/coral/` };
    await using app = await start({ status, headers, body: { message: 'because' } });

    const reply = await send(app, JSON.stringify(message));

    expect(reply.status).toBe(told);
    expect(await reply.json()).toMatchObject({ type: 'error', error: { type } });
  });

  it('gets an estimate where the provider’s counter speaks otherwise', async () => {
    await using app = await start({ body: {} });

    const reply = await post(app.harness, '/v1/messages/count_tokens', message);

    expect(reply.status).toBe(200);
    expect(reply.headers.get('x-tollgate-estimate')).toBe('true');
    expect(app.stub.sent).toEqual([]);
  });
});
