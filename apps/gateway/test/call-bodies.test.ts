import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chatResponse, createHarness, type Harness, json, VirtualClock } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { runCli } from '../src/cli/run.ts';
import { createApp } from '../src/create-app.ts';
import { send } from './support/directory-scene.ts';

const DAY_S = 86_400;
const SAID = 'what only the client knows';
const messages = [{ role: 'user', content: SAID }];
const parts = [{ text: SAID }];

/** A key whose bodies are kept; null: whose are not. */
async function keyOf(harness: Harness, storeBodiesSeconds: number | null): Promise<string> {
  const { body } = await send(harness, harness.keys.admin, {
    method: 'POST',
    path: '/admin/v1/keys',
    body: { name: 'watched', ...(storeBodiesSeconds !== null && { storeBodiesSeconds }) },
  });
  const plaintext = String(body['plaintext']);
  harness.addSecret(plaintext);
  return plaintext;
}

async function call(harness: Harness, key: string, path: string, body: object): Promise<string> {
  const reply = await harness.withToken(key).post(path).send(body);
  const callId = reply.headers['x-tollgate-call'] ?? '';
  await harness.settled(callId);
  return callId;
}

const bodiesOf = (harness: Harness, callId: string, key = harness.keys.admin) =>
  send(harness, key, { method: 'GET', path: `/admin/v1/calls/${callId}/bodies` });

const fileOf = (harness: Harness) => join(harness.dataDir, 'bodies.db');

describe('bodies of calls', () => {
  it.each([
    ['OpenAI’s', '/v1/chat/completions', { model: 'sim/echo', messages }],
    ['OpenAI’s, streamed', '/v1/chat/completions', { model: 'sim/echo', messages, stream: true }],
    ['Responses', '/v1/responses', { model: 'sim/echo', input: SAID }],
    ['Anthropic’s', '/v1/messages', { model: 'sim/echo', max_tokens: 99, messages }],
    ['Gemini’s', '/v1beta/models/sim%2Fecho:generateContent', { contents: [{ parts }] }],
    ['the predecessor’s', '/native/v1/chat/completions', { model: 'sim/echo', messages }],
    [
      'tRPC',
      '/trpc/chat.complete',
      { model: 'sim/echo', messages: [{ role: 'user', content: [{ type: 'text', text: SAID }] }] },
    ],
  ])('are kept where their key says so, on the face %s', async (_face, path, body) => {
    await using harness = await createHarness(createApp);
    const key = await keyOf(harness, DAY_S);

    const callId = await call(harness, key, path, body);

    const kept = await bodiesOf(harness, callId);
    expect(kept.status).toBe(200);
    expect(kept.body).toMatchObject({
      callId,
      request: { text: JSON.stringify(body), isCut: false },
      reply: { text: expect.stringContaining('what'), isCut: false },
    });
    expect(Number(kept.body['keptUntil']) - Number(kept.body['keptAt'])).toBe(DAY_S * 1_000);
  });

  it('are not kept otherwise, and no file is made for them', async () => {
    await using harness = await createHarness(createApp);
    const key = await keyOf(harness, null);

    const callId = await call(harness, key, '/v1/chat/completions', {
      model: 'sim/echo',
      messages,
    });

    expect((await bodiesOf(harness, callId)).status).toBe(404);
    expect(existsSync(fileOf(harness))).toBe(false);
  });

  it('are an administrator’s alone to read', async () => {
    await using harness = await createHarness(createApp);
    const key = await keyOf(harness, DAY_S);
    const callId = await call(harness, key, '/v1/chat/completions', {
      model: 'sim/echo',
      messages,
    });

    expect((await bodiesOf(harness, callId, key)).status).toBe(403);
    expect((await bodiesOf(harness, callId, harness.keys.member)).status).toBe(403);
  });

  it('are switched on and off by command, and shown by command', async () => {
    await using harness = await createHarness(createApp);
    const out: string[] = [];
    const run = (...args: readonly string[]) =>
      runCli(args, {
        env: { TOLLGATE_DATA_DIR: harness.dataDir },
        cwd: harness.dataDir,
        out: (text) => out.push(text),
        err: () => undefined,
      });
    await run('keys', 'create', '--name', 'watched', '--store-bodies', '7d');
    const key = out.pop() ?? '';
    const body = { model: 'sim/echo', messages };
    const kept = await call(harness, key, '/v1/chat/completions', body);

    expect(await run('calls', 'bodies', kept, '--json')).toBe(0);
    expect(JSON.parse(out.pop() ?? '')).toMatchObject({ request: { text: JSON.stringify(body) } });
    expect(await run('keys', 'update', 'watched', '--store-bodies', 'off')).toBe(0);
    await harness.restart();
    const gone = await call(harness, key, '/v1/chat/completions', body);
    expect(await run('calls', 'bodies', gone)).toBe(1);
    expect(await run('keys', 'update', 'watched', '--store-bodies', 'for ever')).toBe(2);
  });

  it('never hold what opens others’ servers, however it is spelt', async () => {
    await using harness = await createHarness(createApp);
    const key = await keyOf(harness, DAY_S);
    const tools = [{ type: 'mcp', server_url: 'https://a.b', authorization: 'sesame-open' }];
    const text = JSON.stringify({ model: 'sim/echo', input: SAID, tools }).replace(
      'sesame-open',
      'sesame\\u002dopen',
    );

    const reply = await harness
      .withToken(key)
      .post('/v1/responses')
      .set('content-type', 'application/json')
      .send(text);
    const kept = await bodiesOf(harness, reply.headers['x-tollgate-call'] ?? '');

    expect(kept.status).toBe(200);
    expect(JSON.stringify(kept.body)).toContain('[token]');
    expect(JSON.stringify(kept.body)).not.toMatch(/sesame(-|\\+u002d)open/);
  });

  it.each([
    ['a call', '/trpc/chat.complete', (asked: object) => asked],
    ['a batch of calls', '/trpc/chat.complete?batch=1', (asked: object) => ({ 0: asked })],
  ])('never hold it of %s over tRPC either', async (_what, path, sent) => {
    await using harness = await createHarness(createApp);
    const key = await keyOf(harness, DAY_S);
    const shared = { kind: 'mcp', label: 'a', url: 'https://a.b', authorization: 'sesame-open' };
    const asked = {
      model: 'sim/echo',
      messages: [{ role: 'user', content: [{ type: 'text', text: SAID }] }],
      tools: [{ type: 'server', name: 'mcp', dialect: 'hub', raw: {}, shared }],
    };

    const reply = await harness.withToken(key).post(path).send(sent(asked));
    const kept = await bodiesOf(harness, reply.headers['x-tollgate-call'] ?? '');

    expect(kept.status).toBe(200);
    expect(JSON.stringify(kept.body)).toContain('[token]');
    expect(JSON.stringify(kept.body)).not.toContain('sesame-open');
  });

  it('are cut where they are long', async () => {
    await using harness = await createHarness(createApp);
    const key = await keyOf(harness, DAY_S);
    harness.openai.mockChatCompletion(json(chatResponse('y'.repeat(2_000_000))));
    const long = [{ role: 'user', content: 'x'.repeat(2_000_000) }];

    const callId = await call(harness, key, '/v1/chat/completions', {
      model: 'openai/gpt-4o',
      messages: long,
    });

    const { request, reply } = (await bodiesOf(harness, callId)).body as {
      readonly [body: string]: { readonly text: string; readonly isCut: boolean };
    };
    expect([request?.text.length, request?.isCut]).toEqual([1_048_576, true]);
    expect([reply?.text.length, reply?.isCut]).toEqual([1_048_576, true]);
  });

  it('are gone when their time is over, from the file too', async () => {
    const clock = new VirtualClock(Date.now());
    await using harness = await createHarness(createApp, { clock });
    const key = await keyOf(harness, 3_600);
    harness.openai.mockChatCompletion(json(chatResponse('Hello!')));
    const body = { model: 'openai/gpt-4o', messages };
    const callId = await call(harness, key, '/v1/chat/completions', body);
    expect((await bodiesOf(harness, callId)).status).toBe(200);

    await clock.advance(3_600_000);
    expect((await bodiesOf(harness, callId)).status).toBe(404);
    await clock.advance(60_000);
    await harness.stopApp();

    expect(readFileSync(fileOf(harness)).includes(SAID)).toBe(false);
  });

  it('never stand in the ledger, nor in a log', async () => {
    await using harness = await createHarness(createApp);
    const key = await keyOf(harness, DAY_S);
    await call(harness, key, '/v1/chat/completions', { model: 'sim/echo', messages });
    await harness.stopApp();

    expect(readFileSync(fileOf(harness)).includes(SAID)).toBe(true);
    expect(readFileSync(join(harness.dataDir, 'tollgate.db')).includes(SAID)).toBe(false);
    expect(JSON.stringify(harness.logs)).not.toContain(SAID);
  });

  it('that can’t be written stop no call, and health says so', async () => {
    await using harness = await createHarness(createApp);
    const key = await keyOf(harness, DAY_S);
    mkdirSync(fileOf(harness));

    const callId = await call(harness, key, '/v1/chat/completions', {
      model: 'sim/echo',
      messages,
    });

    const { body } = await harness.request().get('/health');
    expect((await harness.usage()).map((event) => event.callId)).toContain(callId);
    expect(body.checks.bodies).toMatchObject({
      status: 'degraded',
      error: expect.stringContaining('calls go on'),
    });
  });
});
