import { createHarness } from '@tollgate/testkit';
import express from 'express';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../src/create-app.ts';
import { appRouter } from '../src/faces/trpc/router.ts';
import { withBudgets } from './support/with-budgets.ts';

const messages = [{ role: 'user', content: 'Hi' }];
const contents = [{ role: 'user', parts: [{ text: 'Hi' }] }];
const content = { parts: [{ text: 'Hi' }] };
const model = 'openai/gpt-4o';
const embedder = 'openai/text-embedding-3-small';

interface Costly {
  /** What is sent to the route, at its own path or another that it matches. */
  readonly sent: readonly { readonly path?: string; readonly body: object }[];
}
/** Why a route costs nothing. */
type Free = string;

const PROCEDURES_BELOW = 'procedures, each of which stands below';
const NOTHING_THERE = 'says that there is nothing here';
const PROBE = 'a client asks whether anybody is there';
const READS = 'reads, or changes who may call';
const STORE = 'tells or forgets what was kept here or at the provider';

/** Every route that is not only read. A new one fails here until it says whether it can cost. */
const ROUTES: { readonly [route: string]: Costly | Free } = {
  'post /v1/messages': { sent: [{ body: { model, messages, max_tokens: 10 } }] },
  'post /v1/messages/count_tokens': 'counting is free at the providers that count',
  'post /^\\/v1(?:\\/models|beta(?:\\/models)?)\\/.+(?::|%3a)\\w+\\/?$/i': {
    sent: [
      { path: '/v1beta/models/openai%2Fgpt-4o:generateContent', body: { contents } },
      { path: '/v1beta/models/openai%2Fgpt-4o:streamGenerateContent?alt=sse', body: { contents } },
      { path: `/v1beta/models/${encodeURIComponent(embedder)}:embedContent`, body: { content } },
      {
        path: `/v1beta/models/${encodeURIComponent(embedder)}:batchEmbedContents`,
        body: { requests: [{ model: `models/${embedder}`, content }] },
      },
    ],
  },
  'post /v1/chat/completions': {
    sent: [{ body: { model, messages } }, { body: { model, messages, stream: true } }],
  },
  'post /v1/completions': { sent: [{ body: { model, prompt: 'Hi' } }] },
  'post /v1/embeddings': { sent: [{ body: { model: embedder, input: 'Hi' } }] },
  'post /v1/responses': {
    sent: [{ body: { model, input: 'Hi' } }, { body: { model, input: 'Hi', background: true } }],
  },
  'post /v1/responses/input_tokens': 'counting is free at the providers that count',
  'delete /v1/responses/:id': STORE,
  'post /v1/responses/:id/cancel': STORE,
  'post /native/v1/chat/completions': { sent: [{ body: { model, messages } }] },
  'post /v1/audio/speech': { sent: [{ body: { model: 'tts-1', input: 'Hi', voice: 'alloy' } }] },
  'all /trpc': PROCEDURES_BELOW,
  'all /trpc/*path': PROCEDURES_BELOW,
  'all /v1': NOTHING_THERE,
  'all /^\\/v1beta(?:\\/.*)?$/': NOTHING_THERE,
  'all /v1/conversations': NOTHING_THERE,
  'all /v1/responses/compact': NOTHING_THERE,
  'head /': PROBE,
  'head /api/hello': PROBE,
  'head /v1/messages': PROBE,
};

const PROCEDURES: { readonly [procedure: string]: object | Free } = {
  'chat.complete': { model, messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }] },
  'chat.stream': { model, messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }] },
  'embeddings.create': { model: embedder, input: ['Hi'] },
  health: READS,
  'keys.create': READS,
  'keys.list': READS,
  'keys.revoke': READS,
  'models.list': READS,
  'usage.summary': READS,
  'usage.tail': READS,
};

/** Beside routes of their own: they refuse what those don't take, or know no such path. */
const isRest = (route: string, routes: ReadonlySet<string>): boolean => {
  const path = route.slice('all '.length);
  return (
    route.startsWith('all ') &&
    (path.endsWith('*rest') ||
      ['get', 'post', 'delete'].some((method) => routes.has(`${method} ${path}`)))
  );
};

interface Mounted {
  readonly path: string | readonly string[];
  readonly methods: { readonly [method: string]: boolean };
}

/** The routes that the app has mounted, by method and path. */
function routesOf(app: unknown): ReadonlySet<string> {
  const { stack } = Reflect.get(Object(app), 'router');
  const mounted: readonly { readonly route?: Mounted }[] = stack;
  const routes = mounted.flatMap(({ route }) => {
    if (route === undefined) return [];
    const methods = Object.keys(route.methods);
    // `all` is each method that there is.
    const named = methods.length > 10 ? ['all'] : methods;
    return [route.path].flat().flatMap((path) => named.map((method) => `${method} ${path}`));
  });
  return new Set(routes);
}

afterEach(() => vi.restoreAllMocks());

/** The app with nothing left to spend, and its routes. */
async function exhausted() {
  const made = vi.spyOn(express.application, 'disable');
  const harness = await createHarness(createApp, {
    settings: { config: { passthrough: ['POST /v1/audio/speech'] } },
  });
  const routes = routesOf(made.mock.contexts[0]);
  await withBudgets(harness, ['0 requests/life']);
  return { harness, routes };
}

const costly = Object.entries(ROUTES).flatMap(([route, how]) =>
  typeof how === 'string'
    ? []
    : how.sent.map(({ path, body }) => [path ?? route.slice('post '.length), body] as const),
);
const calling = Object.entries(PROCEDURES).filter(([, input]) => typeof input !== 'string');

describe('every route', () => {
  it('stands in the table, with what it is sent or why it costs nothing', async () => {
    const { harness, routes } = await exhausted();
    await using _closed = harness;

    const changing = [...routes].filter(
      // Administration costs nothing, and has a table of its own: admin-callers.test.ts.
      (route) => !/^(get |\w+ \/admin\/)/.test(route) && !isRest(route, routes),
    );

    expect(changing.sort()).toEqual(Object.keys(ROUTES).sort());
    expect(routes.size).toBeGreaterThan(30);
  });

  it.each(costly)('%s is refused when a budget is used up', async (path, body) => {
    const { harness } = await exhausted();
    await using _closed = harness;

    const reply = await harness.withToken().post(path).send(body);

    expect(JSON.stringify(reply.body)).toContain('(0 requests/life');
    expect(reply.status).toBe(429);
    expect(await harness.usage()).toEqual([]);
  });
});

describe('every procedure', () => {
  it('stands in the table', () => {
    const known = Object.keys(appRouter._def.procedures);
    // Administration costs nothing, and has a table of its own: admin-callers.test.ts.
    const others = known.filter((name) => !name.startsWith('admin.'));
    expect(others.sort()).toEqual(Object.keys(PROCEDURES).sort());
  });

  it.each(calling)('%s is refused when a budget is used up', async (name, input) => {
    const { harness } = await exhausted();
    await using _closed = harness;

    const reply = await harness
      .withToken()
      .post(`/trpc/${name}?batch=1`)
      .set('trpc-accept', 'application/jsonl')
      .send({ 0: input });

    expect(reply.text).toContain('(0 requests/life');
    expect(reply.text).toContain('"httpStatus":429');
  });
});
