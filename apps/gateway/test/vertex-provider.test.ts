import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHarness, messageEvents, messageResponse } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { type Body, post } from './support/chat-face.ts';
import { startTokenEndpoint } from './support/google-account.ts';
import { type SentRequest, type StubAnswer, startStub } from './support/stub-provider.ts';

/* Google's cloud: tokens for credentials, Gemini and Claude at addresses of a project. */

const HERE = '/v1/projects/p-1/locations/europe-west4';
const GEMINI = 'vertex/gemini-3-pro-preview';
const CLAUDE = 'vertex/claude-sonnet-4-5@20250929';

const GENERATED = {
  candidates: [
    { content: { role: 'model', parts: [{ text: 'Hello!' }] }, finishReason: 'STOP', index: 0 },
  ],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
  modelVersion: 'gemini-3-pro-preview',
};

type Answer = (sent: SentRequest) => StubAnswer;

async function start(answer: Answer, settings: Body) {
  const stub = await startStub(answer);
  const vertex = { baseUrl: stub.url, project: 'p-1', location: 'europe-west4', ...settings };
  const harness = await createHarness(createApp, {
    settings: { config: { providers: { vertex } } },
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

const chat = { model: GEMINI, messages: [{ role: 'user', content: 'Hi' }], max_tokens: 64 };

describe('Google’s credentials', () => {
  it('are exchanged once for any number of calls, and the token kept', async () => {
    await using tokens = await startTokenEndpoint();
    await using app = await start(() => ({ body: GENERATED }), { credentials: tokens.account });

    const calls = Array.from({ length: 8 }, () => post(app.harness, '/v1/chat/completions', chat));
    const statuses = (await Promise.all(calls)).map(({ status }) => status);
    await post(app.harness, '/v1/chat/completions', chat);

    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(tokens.sent.map(({ url }) => url)).toEqual(['/token']);
    const sent = app.stub.sent.map(({ headers }) => headers['authorization']);
    expect(sent).toEqual(Array.from({ length: 9 }, () => 'Bearer ya29.1'));
  });

  it('are exchanged again when their token is about to end', async () => {
    await using tokens = await startTokenEndpoint({ lifetimeSeconds: 1 });
    await using app = await start(() => ({ body: GENERATED }), { credentials: tokens.account });

    await post(app.harness, '/v1/chat/completions', chat);
    await post(app.harness, '/v1/chat/completions', chat);

    expect(app.stub.last().headers['authorization']).toBe('Bearer ya29.2');
  });

  it('may be a file, in the settings or where Google’s own clients look for it', async () => {
    await using tokens = await startTokenEndpoint();
    const folder = mkdtempSync(join(tmpdir(), 'tollgate account '));
    const path = join(folder, 'account.json');
    writeFileSync(path, tokens.account);
    try {
      await using stub = await startStub(() => ({ body: GENERATED }));
      const places = [
        { settings: { credentials: path }, env: {} },
        { settings: {}, env: { GOOGLE_APPLICATION_CREDENTIALS: path } },
      ];
      for (const { settings, env } of places) {
        await using harness = await createHarness(createApp, {
          settings: {
            config: { providers: { vertex: { baseUrl: stub.url, ...settings } } },
            env: { GOOGLE_CLOUD_PROJECT: 'p-2', ...env },
          },
        });

        const reply = await post(harness, '/v1/chat/completions', chat);

        expect(reply.status).toBe(200);
        expect(stub.last().url).toContain('/v1/projects/p-2/locations/global/');
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('that are refused, missing or none fail the call alone, say why in the log, and are tried again', async () => {
    await using refusing = await startTokenEndpoint({ status: 401 });
    // The last is a file's text in quotes too many, and so taken for a path.
    const quoted = `'{"private_key":"PRIVATE KEY"}'`;
    for (const credentials of [refusing.account, '/nowhere/account.json', '{"type":', quoted]) {
      await using app = await start(() => ({ body: GENERATED }), { credentials });

      const first = await post(app.harness, '/v1/chat/completions', chat);
      const second = await post(app.harness, '/v1/chat/completions', chat);

      expect([first.status, second.status]).toEqual([502, 502]);
      expect(app.stub.sent).toEqual([]);
      expect(app.harness.logs.map(({ msg }) => msg).join()).toContain(
        'no token for providers.vertex',
      );
      expect(JSON.stringify(app.harness.logs)).not.toContain('PRIVATE KEY');
    }
  });
});

describe('Gemini on Vertex', () => {
  it('is asked at the address of its project, by a Chat client and by Google’s own', async () => {
    await using tokens = await startTokenEndpoint();
    await using app = await start(() => ({ body: GENERATED }), { credentials: tokens.account });
    const own = '{"contents":[{"role":"user","parts":[{"text":"Hi"}]}], "future": 1.50}';

    const translated = await post(app.harness, '/v1/chat/completions', chat);
    const passed = await fetch(
      `${app.harness.url}/v1beta/models/vertex/gemini-3-pro-preview:generateContent`,
      {
        method: 'POST',
        headers: { 'x-goog-api-key': app.harness.keys.member, 'content-type': 'application/json' },
        body: own,
      },
    );

    const path = `${HERE}/publishers/google/models/gemini-3-pro-preview:generateContent`;
    expect(app.stub.sent.map(({ url }) => url)).toEqual([path, path]);
    expect(JSON.parse(app.stub.sent[0]?.text ?? '')).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
      generationConfig: { maxOutputTokens: 64 },
    });
    expect(app.stub.sent[1]?.text).toBe(own);
    expect(app.stub.sent[1]?.headers['x-goog-api-key']).toBeUndefined();
    expect(translated.json).toMatchObject({ choices: [{ message: { content: 'Hello!' } }] });
    expect(await passed.json()).toEqual(GENERATED);
  });

  it('streams as events', async () => {
    await using tokens = await startTokenEndpoint();
    const body = [`data: ${JSON.stringify(GENERATED)}\r\n\r\n`];
    const headers = { 'content-type': 'text/event-stream' };
    await using app = await start(() => ({ headers, body }), { credentials: tokens.account });

    const reply = await post(app.harness, '/v1/chat/completions', { ...chat, stream: true });

    expect(app.stub.last().url).toBe(
      `${HERE}/publishers/google/models/gemini-3-pro-preview:streamGenerateContent?alt=sse`,
    );
    expect(reply.text).toContain('Hello!');
    expect(reply.text).toContain('[DONE]');
  });

  it('takes a key of express mode, in no project', async () => {
    await using app = await start(() => ({ body: GENERATED }), { apiKey: 'AQ.key' });

    const reply = await post(app.harness, '/v1/chat/completions', chat);

    expect(reply.status).toBe(200);
    const { url, headers } = app.stub.last();
    expect(url).toBe('/v1/publishers/google/models/gemini-3-pro-preview:generateContent');
    expect(headers['x-goog-api-key']).toBe('AQ.key');
  });
});

describe('Claude on Vertex', () => {
  it('has an Anthropic client’s body passed with the listed edits alone', async () => {
    await using tokens = await startTokenEndpoint();
    const events = messageEvents(messageResponse('Hello there'))
      .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
      .join('');
    const headers = { 'content-type': 'text/event-stream' };
    await using app = await start(() => ({ headers, body: [events] }), {
      credentials: tokens.account,
    });

    const reply = await fetch(`${app.harness.url}/v1/messages?beta=true`, {
      method: 'POST',
      headers: {
        'x-api-key': app.harness.keys.member,
        'anthropic-version': '2023-06-01',
        'anthropic-beta': 'interleaved-thinking-2025-05-14,claude-code-20250219',
        'content-type': 'application/json',
      },
      body: `{"model":"${CLAUDE}","max_tokens":64,"stream":true,"future": 1.50}`,
    });

    expect(await reply.text()).toBe(events);
    expect(reply.headers.get('x-tollgate-dropped')).toBe('anthropic-beta.claude-code-20250219');
    const { url, headers: sent, text } = app.stub.last();
    expect(url).toBe(
      `${HERE}/publishers/anthropic/models/claude-sonnet-4-5%4020250929:streamRawPredict`,
    );
    expect(sent['anthropic-beta']).toBe('interleaved-thinking-2025-05-14');
    expect(sent['anthropic-version']).toBeUndefined();
    expect(text).toBe(
      '{"max_tokens":64,"stream":true,"future": 1.50,"anthropic_version":"vertex-2023-10-16"}',
    );
  });

  it('serves a Chat client by translation, its tokens counted by its own counter', async () => {
    await using tokens = await startTokenEndpoint();
    const answer: Answer = ({ url }) => ({
      body: url.includes('count-tokens') ? { input_tokens: 12 } : messageResponse('Hello!'),
    });
    await using app = await start(answer, { credentials: tokens.account });

    const reply = await post(app.harness, '/v1/chat/completions', { ...chat, model: CLAUDE });
    const counted = await post(app.harness, '/v1/messages/count_tokens', {
      model: CLAUDE,
      messages: [{ role: 'user', content: 'Hi' }],
    });

    expect(reply.json).toMatchObject({ choices: [{ message: { content: 'Hello!' } }] });
    expect(counted.json).toEqual({ input_tokens: 12 });
    const [asked, count] = app.stub.sent;
    expect(asked?.url).toContain('/models/claude-sonnet-4-5%4020250929:rawPredict');
    expect(count?.url).toBe(`${HERE}/publishers/anthropic/models/count-tokens:rawPredict`);
    expect(JSON.parse(count?.text ?? '')).toMatchObject({
      model: 'claude-sonnet-4-5@20250929',
      anthropic_version: 'vertex-2023-10-16',
    });
  });

  it.each([
    [404, { error: { code: 404, message: 'no such model', status: 'NOT_FOUND' } }, 404],
    [429, { error: { code: 429, message: 'quota', status: 'RESOURCE_EXHAUSTED' } }, 429],
    [400, { type: 'error', error: { type: 'invalid_request_error', message: 'bad' } }, 400],
  ])('tells of a %s in Google’s words or in Claude’s', async (status, body, told) => {
    await using tokens = await startTokenEndpoint();
    await using app = await start(() => ({ status, body }), { credentials: tokens.account });

    const reply = await post(app.harness, '/v1/messages', { ...chat, model: CLAUDE });

    expect(reply.status).toBe(told);
    expect(JSON.stringify(reply.json)).toContain(body.error.message);
  });
});

describe('another maker’s model on Vertex', () => {
  it('is asked by Chat Completions', async () => {
    await using tokens = await startTokenEndpoint();
    const body = { id: 'c', object: 'chat.completion', created: 1, model: 'm', choices: [] };
    await using app = await start(() => ({ body }), { credentials: tokens.account });

    await post(app.harness, '/v1/chat/completions', { ...chat, model: 'vertex/meta/llama-4' });

    expect(app.stub.last().url).toBe(`${HERE}/endpoints/openapi/chat/completions`);
    expect(JSON.parse(app.stub.last().text)).toMatchObject({ model: 'meta/llama-4' });
  });
});
