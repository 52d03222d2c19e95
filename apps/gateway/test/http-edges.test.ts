import { createHarness } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';

const ORIGIN = 'https://app.test';

describe('browsers', () => {
  it('defect 34: a preflight is answered before any key, and names authorization', async () => {
    await using harness = await createHarness(createApp);

    for (const path of [
      '/v1/chat/completions',
      '/native/v1/chat/completions',
      '/trpc/chat.complete',
    ]) {
      const { headers, text } = await harness
        .request()
        .options(path)
        .set('origin', ORIGIN)
        .set('access-control-request-method', 'POST')
        .set('access-control-request-headers', 'content-type, x-stainless-lang')
        .expect(204);

      const allowed = (headers['access-control-allow-headers'] ?? '').split(/, */);
      expect(headers['access-control-allow-origin']).toBe('*');
      expect(headers['access-control-allow-methods']).toContain('POST');
      expect(allowed).toEqual(
        expect.arrayContaining(['authorization', 'x-api-key', 'content-type', 'x-stainless-lang']),
      );
      expect(headers).not.toHaveProperty('access-control-allow-credentials');
      expect(text).toBe('');
    }
  });

  it('defect 34: scripts may read the headers that are ours, on answers and on errors', async () => {
    await using harness = await createHarness(createApp);

    const answers = [
      await harness.withToken().get('/v1/models').set('origin', ORIGIN).expect(200),
      await harness.request().get('/v1/models').set('origin', ORIGIN).expect(401),
      await harness.request().get('/nowhere').set('origin', ORIGIN).expect(404),
    ];

    for (const { headers } of answers) {
      const exposed = (headers['access-control-expose-headers'] ?? '').split(', ');
      expect(headers['access-control-allow-origin']).toBe('*');
      expect(exposed).toEqual(
        expect.arrayContaining([
          'retry-after',
          'x-ratelimit-remaining',
          'x-sentinel-model',
          'x-tollgate-call',
          'x-tollgate-dropped',
        ]),
      );
    }
  });

  it('hands a preflight’s own words back as a header and nothing else', async () => {
    await using harness = await createHarness(createApp);

    const { headers } = await harness
      .request()
      .options('/v1/models')
      .set('origin', ORIGIN)
      .set('access-control-request-method', 'GET')
      .set('access-control-request-headers', 'x-a, <script>, x-b')
      .expect(204);

    expect(headers['access-control-allow-headers']).not.toContain('<');
    expect(headers['access-control-allow-headers']).toContain('x-b');
  });
});

describe('methods', () => {
  it('405 with Allow on every path that is known, in its face’s body', async () => {
    await using harness = await createHarness(createApp, {
      settings: { config: { debug: true } },
    });
    const known: readonly (readonly [
      path: string,
      wrong: 'get' | 'put' | 'post',
      allow: string,
    ])[] = [
      ['/v1/chat/completions', 'get', 'POST'],
      ['/v1/completions', 'put', 'POST'],
      ['/v1/embeddings', 'get', 'POST'],
      ['/v1/responses', 'get', 'POST'],
      ['/v1/models', 'post', 'GET'],
      ['/v1/models/openai/gpt-4o', 'put', 'GET'],
      ['/native/v1/chat/completions', 'get', 'POST'],
      ['/native/v1/models', 'post', 'GET'],
      ['/native/docs', 'post', 'GET, HEAD'],
      ['/trpc/models.list', 'put', 'GET, POST'],
      ['/health', 'post', 'GET, HEAD'],
      ['/metrics', 'post', 'GET, HEAD'],
      ['/debug/cache', 'post', 'GET, HEAD'],
    ];

    for (const [path, wrong, allow] of known) {
      const { status, headers, body } = await harness.withAdmin()[wrong](path);
      expect([path, status, headers['allow']]).toEqual([path, 405, allow]);
      expect(body.error, path).toBeTypeOf('object');
    }
    expect(harness.openai.receivedRequests()).toEqual([]);
  });

  it('asks who is there before it tells what a path takes', async () => {
    await using harness = await createHarness(createApp);

    for (const path of ['/v1/chat/completions', '/native/v1/chat/completions']) {
      const { status } = await harness.request().get(path);
      expect(status, path).toBe(401);
    }
  });
});

describe('paths that are not there', () => {
  it('say so in JSON, with the method and the path, and where the APIs are', async () => {
    await using harness = await createHarness(createApp);

    for (const path of ['/', '/nowhere', '/native/nowhere', '/native', '/v2/chat/completions']) {
      const { body } = await harness.request().get(`${path}?key=secret`).expect(404);
      expect(body).toEqual({
        error: {
          message: expect.stringMatching(/\/v1\/.*\/native\//),
          type: 'not_found_error',
          code: 'endpoint_not_found',
        },
      });
      expect(body.error.message).toContain(`GET ${path} `);
      expect(body.error.message).not.toContain('secret');
    }
  });

  it('under /v1 need a key, and then are OpenAI’s own 404, which the predecessor relayed', async () => {
    await using local = await createHarness(createApp);
    await using zion = await createHarness(createApp, { governance: 'zion' });

    const stranger = await local.request().get('/v1/debug/cache').expect(401);
    const known = await local.withToken().get('/v1/debug/cache').expect(404);
    const user = await zion.withToken().get('/v1/debug/cache').expect(404);

    expect(stranger.body.error.code).toBe('missing_api_key');
    expect(known.body.error.code).toBe('unknown_url');
    expect(user.body.error.code).toBe('unknown_url');
  });
});

describe('operators’ paths', () => {
  it('defect 35: metrics are for admins alone', async () => {
    await using harness = await createHarness(createApp);

    const stranger = await harness.request().get('/metrics').expect(401);
    const member = await harness.withToken().get('/metrics').expect(401);
    const admin = await harness.withAdmin().get('/metrics').expect(200);

    expect(stranger.body.error.code).toBe('UNAUTHORIZED');
    expect(member.text).not.toContain('tollgate_requests_total');
    expect(admin.headers['content-type']).toMatch(/^text\/plain/);
    expect(admin.text).toContain('tollgate_requests_total');
  });

  it('defect 35: what the debug paths show is for admins and this machine itself', async () => {
    await using harness = await createHarness(createApp, {
      settings: { config: { debug: true } },
    });
    const proxied = (agent = harness.request()) =>
      agent.get('/debug/config').set('x-forwarded-for', '203.0.113.7');

    const { body } = await proxied().expect(401);
    await proxied(harness.withToken()).expect(401);
    await proxied(harness.withAdmin()).expect(200);
    const local = await harness.request().get('/debug/config').expect(200);

    expect(body.error.code).toBe('UNAUTHORIZED');
    expect(local.text).not.toContain(harness.openai.apiKey);
  });
});

describe('every reply', () => {
  it.each([
    '/health',
    '/health/live',
    '/metrics',
    '/debug/config',
    '/native/docs',
    '/native/docs/openapi.json',
    '/nowhere',
    '/v1/nowhere',
    '/v1/models',
    '/native/v1/models',
    '/trpc/models.list',
    '/%E0%A4%A',
  ])('of GET %s has an id and names the time it took', async (path) => {
    await using harness = await createHarness(createApp);

    const { headers } = await harness.withToken().get(path);

    expect(headers['x-tollgate-call']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(headers['server-timing']).toMatch(/^tollgate;dur=\d+\.\d\d/);
  });
});
