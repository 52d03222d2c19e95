import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { err, ok } from '@tollgate/core';
import { replay, type StreamEvent } from '@tollgate/core/chat';
import type { UsageEvent } from '@tollgate/core/usage';
import express from 'express';
import { expect, it, onTestFinished } from 'vitest';
import { createManualClock } from '../../adapters/test-support/manual-clock.ts';
import type { Config } from '../../config/config.ts';
import type { Call } from '../../services/call.ts';
import type { Services } from '../../services/services.ts';
import { createEntrance } from '../http/entrance.ts';
import { mountTrpc } from './mount.ts';

const reply = {
  id: 'reply_1',
  model: 'echo-1',
  choices: [{ content: [{ type: 'text' as const, text: 'Hello' }], stopReason: 'stop' as const }],
};

const usageEvent = (callId: string): UsageEvent => ({
  callId,
  startedAt: 1,
  keyId: 'key_1',
  keyName: 'member',
  face: 'trpc',
  modelAsked: 'sim/echo',
  stream: false,
  attempt: 1,
  status: 'ok',
  latencyMs: 1,
  losses: [],
});

/** What a test changes of a gateway in which all goes well. */
interface World {
  readonly hub?: Services['chat']['hub'];
  readonly choose?: Services['chat']['choose'];
  readonly recent?: readonly UsageEvent[];
}

const destination = { provider: { name: 'sim' }, model: 'echo', asked: 'sim/echo' } as never;
const served = { destination, providerMs: 3 };

function fakeServices(world: World): Services & { emit(event: UsageEvent): void } {
  const listeners = new Set<(event: UsageEvent) => void>();
  const services = {
    chat: {
      choose: world.choose ?? (async () => ok(destination)),
      hub: world.hub ?? (async () => ok({ type: 'whole' as const, reply, losses: [], served })),
    },
    models: {
      list: async () => [{ id: 'sim/echo', created: 0, ownedBy: 'sim' }],
    },
    usage: {
      summary: async (_by: unknown, query: unknown) => ok([query]),
      recent: async () => ok(world.recent ?? []),
      tail: (_by: unknown, listener: (event: UsageEvent) => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    directory: {
      keys: {
        list: async () =>
          err({ kind: 'forbidden', detail: 'This needs a key with the role admin.' }),
      },
    },
    health: { report: async () => ({ status: 'healthy' }) },
    emit: (event: UsageEvent) => {
      for (const listener of listeners) listener(event);
    },
  };
  return services as never;
}

async function start(world: World = {}) {
  const clock = createManualClock();
  const services = fakeServices(world);
  const logged: string[] = [];
  const log = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (_fields: unknown, message: string) => logged.push(message),
  };
  const identity = { keyId: 'key_1', keyName: 'member', role: 'member', subject: 's' };
  const entrance = createEntrance({
    clock,
    log,
    ids: { callId: () => '01900000-0000-7000-8000-000000000001' },
    governance: {
      authenticate: async (key: string) =>
        key === 'good' ? ok(identity) : err({ kind: 'invalid_key', detail: 'no such key' }),
    },
    limiter: {},
  } as never);
  const app = express();
  const config = { limits: { bodyBytes: 4_096 } } as unknown as Config;
  mountTrpc(app, { config, clock, log, entrance, services });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const request = (path: string, init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${port}/trpc/${path}`, {
      ...init,
      headers: {
        authorization: 'Bearer good',
        'content-type': 'application/json',
        ...(init.headers as Record<string, string>),
      },
    });
  return { request, logged, services };
}

const question = {
  model: 'sim/echo',
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
};
const post = (body: unknown, headers = {}): RequestInit => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers,
});
const jsonl = { 'trpc-accept': 'application/jsonl' };

it('answers a completion with the reply, who served, and the call in the head', async () => {
  const { request } = await start();

  const response = await request('chat.complete', post(question));

  expect(response.status).toBe(200);
  expect(response.headers.get('x-tollgate-call')).toBe('01900000-0000-7000-8000-000000000001');
  expect(response.headers.get('x-tollgate-model')).toBe('sim/echo');
  expect(response.headers.get('server-timing')).toMatch(/^tollgate;dur=.*, provider;dur=3\.00$/);
  expect(await response.json()).toEqual({
    result: {
      data: {
        callId: '01900000-0000-7000-8000-000000000001',
        model: 'sim/echo',
        reply: { version: 1, ...reply },
        losses: [],
      },
    },
  });
});

it('hands the service a request that streams or not as the procedure says', async () => {
  const seen: boolean[] = [];
  const { request } = await start({
    hub: async (_call, { request: asked }) => {
      seen.push(asked.stream);
      return err({ kind: 'provider_unreachable', provider: 'sim' });
    },
  });

  await request('chat.complete', post(question));
  await request('chat.stream?batch=1', post({ 0: question }, jsonl));

  expect(seen).toEqual([false, true]);
});

it('streams events as JSON lines, the version in the first', async () => {
  const events = replay(reply);
  const { request } = await start({
    hub: async () => ok({ type: 'stream', batches: batchesOf([events]), losses: [], served }),
  });

  const response = await request('chat.stream?batch=1', post({ 0: question }, jsonl));
  const lines = (await response.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const sent = lines.slice(1).map((line) => line[2]?.[0]?.[0]);

  expect(response.headers.get('x-tollgate-model')).toBe('sim/echo');
  expect(sent.filter((value) => typeof value?.type === 'string')).toEqual([
    { ...events[0], version: 1 },
    ...events.slice(1),
  ]);
});

it.each([
  ['chat.complete', post(question)],
  ['chat.stream?batch=1', post({ 0: question }, jsonl)],
])(
  'refuses %s by status, with the failure as typed cause and when to come back',
  async (path, init) => {
    const limit = { name: 'requests', limit: 1, used: 1, remaining: 0, retryAfterSeconds: 7 };
    const { request } = await start({
      choose: async () => err({ kind: 'quota_exceeded', limit, detail: 'used up' }),
    });

    const response = await request(path, init);

    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('7');
    expect(await response.json()).toMatchObject({
      error: {
        data: {
          code: 'TOO_MANY_REQUESTS',
          httpStatus: 429,
          retryAfterSeconds: 7,
          cause: { kind: 'quota_exceeded', limit },
        },
      },
    });
  },
);

it.each([
  [
    'an unknown field',
    'chat.complete',
    post({ ...question, temprature: 1 }),
    400,
    'invalid_request',
  ],
  ['broken JSON', 'chat.complete', { method: 'POST', body: '{"model":' }, 400, 'invalid_json'],
  ['too large a body', 'chat.complete', post({ x: 'x'.repeat(5_000) }), 413, 'body_too_large'],
  ['an unknown procedure', 'chat.nothing', post(question), 404, 'endpoint_not_found'],
  ['__proto__ as a procedure', '__proto__', {}, 404, 'endpoint_not_found'],
  ['a query by POST', 'models.list', post({}), 405, 'method_not_allowed'],
  ['a mutation by GET', 'chat.complete', {}, 405, 'method_not_allowed'],
  ['another method', 'models.list', { method: 'PUT' }, 405, 'method_not_allowed'],
  ['a bad query', 'usage.summary?input=%7B%22from%22%3A-1%7D', {}, 400, 'invalid_request'],
  ['input that is not JSON', 'usage.summary?input=%7B', {}, 400, 'invalid_request'],
  ['a wrong key', 'models.list', { headers: { authorization: 'Bearer bad' } }, 401, 'invalid_key'],
  ['what needs an admin', 'keys.list', {}, 403, 'forbidden'],
  ['a stream as one reply', 'chat.stream', post(question), 400, 'invalid_request'],
])('refuses %s', async (_name, path, init, status, kind) => {
  const { request } = await start();

  const response = await request(path, init);

  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({
    error: { data: { httpStatus: status, cause: { kind } } },
  });
  if (status === 405) expect(response.headers.get('allow')).toMatch(/GET|POST/);
});

it('names the path of what is wrong with a request', async () => {
  const { request } = await start();

  const response = await request(
    'chat.complete',
    post({ ...question, messages: [{ role: 'user', content: [{ type: 'text', text: 1 }] }] }),
  );

  expect(await response.json()).toMatchObject({
    error: { data: { cause: { path: 'messages[0].content[0].text' } } },
  });
});

it.each([
  'chat.complete,chat.complete',
  'chat%2Ecomplete%2Cchat.complete',
  'embeddings.create,health',
])('never lets a call of a model share a batch: %s', async (paths) => {
  const { request } = await start();

  const response = await request(`${paths}?batch=1`, post({ 0: question, 1: question }));

  expect(response.status).toBe(400);
  expect(await response.text()).toContain("can't share a batch");
});

it('answers queries of a batch each for itself', async () => {
  const { request } = await start();

  const response = await request('models.list,keys.list,health?batch=1&input=%7B%7D');

  expect(response.status).toBe(207);
  expect(await response.json()).toMatchObject([
    { result: { data: [{ id: 'sim/echo' }] } },
    { error: { data: { cause: { kind: 'forbidden' } } } },
    { result: { data: { status: 'healthy' } } },
  ]);
});

it('keeps a bug to the log and says no more than that there was one', async () => {
  const { request, logged } = await start({
    hub: async () => {
      throw new Error('secret detail');
    },
  });

  const response = await request('chat.complete', post(question));
  const text = await response.text();

  expect(response.status).toBe(500);
  expect(text).not.toContain('secret detail');
  expect(JSON.parse(text).error.data.cause.kind).toBe('internal');
  expect(logged).toEqual(['a procedure hit a bug']);
});

it('closes the provider’s stream when the client leaves, and tells the call', async () => {
  const calls: Call[] = [];
  const closed = Promise.withResolvers<void>();
  const { request } = await start({
    hub: async (call) => {
      calls.push(call);
      return ok({
        type: 'stream',
        batches: endless(call.signal, closed.resolve),
        losses: [],
        served,
      });
    },
  });

  const leaving = new AbortController();
  const response = await request('chat.stream?batch=1', {
    ...post({ 0: question }, jsonl),
    signal: leaving.signal,
  });
  await response.body?.getReader().read();
  leaving.abort();
  await closed.promise;

  expect(calls[0]?.signal.aborted).toBe(true);
});

it('takes no more of a provider than its client has read', async () => {
  let taken = 0;
  const text = 'x'.repeat(64 * 1024);
  const delta = { type: 'text' as const, text };
  async function* flood() {
    for (taken = 0; taken < 10_000; taken += 1) {
      yield [{ type: 'part-delta' as const, choice: 0, part: 0, delta }];
    }
  }
  const { request } = await start({
    hub: async () => ok({ type: 'stream', batches: flood(), losses: [], served }),
  });
  const leaving = new AbortController();

  const init = { ...post({ 0: question }, jsonl), signal: leaving.signal };
  await request('chat.stream?batch=1', init);
  for (let before = -1; before !== taken; ) {
    before = taken;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  leaving.abort();

  // What sockets and the client's own buffers hold: some megabytes of 640.
  expect(taken).toBeGreaterThan(0);
  expect(taken).toBeLessThan(400);
});

it('closes a stream that nobody asked for an event of', async () => {
  const closed = Promise.withResolvers<void>();
  const leaving = new AbortController();
  const { request } = await start({
    hub: async (call) => {
      leaving.abort();
      await once(call.signal, 'abort');
      return ok({
        type: 'stream',
        batches: endless(call.signal, closed.resolve),
        losses: [],
        served,
      });
    },
  });

  const answer = request('chat.stream?batch=1', {
    ...post({ 0: question }, jsonl),
    signal: leaving.signal,
  });

  await expect(answer).rejects.toThrow();
  await closed.promise;
});

it('sends a tail what it missed, then each event once as it is booked', async () => {
  const recent = ['c', 'b', 'a'].map(usageEvent);
  const { request, services } = await start({ recent });

  const response = await request('usage.tail', { headers: { 'last-event-id': 'a' } });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  const readUntil = async (ending: string) => {
    while (!text.includes(ending)) text += decoder.decode((await reader.read()).value);
  };
  await readUntil('id: c');
  services.emit(usageEvent('c'));
  services.emit(usageEvent('d'));
  await readUntil('id: d');
  await reader.cancel();

  expect(text.match(/^id: .*$/gm)).toEqual(['id: b', 'id: c', 'id: d']);
});

async function* batchesOf(batches: readonly (readonly StreamEvent[])[]) {
  yield* batches;
}

/** Text without end, until its reader leaves. */
async function* endless(signal: AbortSignal, onClosed: () => void) {
  try {
    yield [{ type: 'start' as const, id: 'r', model: 'm' }];
    if (!signal.aborted) await once(signal, 'abort');
    yield [{ type: 'error' as const, error: { kind: 'client_closed' as const } }];
  } finally {
    onClosed();
  }
}
