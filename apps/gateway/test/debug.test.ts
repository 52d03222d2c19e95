import {
  createHarness,
  DebugTestHarness,
  freeTier,
  TEST_EXTERNAL_ID,
  TEST_TOKEN,
} from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';

/* The predecessor's suite under its own names, and what it left open: who may look. */

describe('switched off', () => {
  it.each([
    ['test_debug_cache_returns_404_when_disabled', '/debug/cache'],
    ['test_debug_auth_returns_404_when_disabled', '/debug/auth/ext_123'],
    ['test_debug_config_returns_404_when_disabled', '/debug/config'],
  ])('%s: says at %s how to switch it on', async (_name, path) => {
    await using harness = await DebugTestHarness.withDebug(createApp, false);

    const { body } = await harness.server.get(path).expect(404);

    expect(body.error).toMatchObject({ type: 'not_found_error', code: 'debug_disabled' });
    expect(body.error.message).toContain('SENTINEL_DEBUG');
  });

  it.each([
    ['0', 404],
    ['yes', 404],
    ['1', 200],
    ['true', 200],
  ])('takes SENTINEL_DEBUG=%s as the predecessor did', async (value, status) => {
    await using harness = await createHarness(createApp, {
      governance: 'zion',
      settings: { env: { SENTINEL_DEBUG: value } },
    });

    const answer = await harness.request().get('/debug/config');

    expect(answer.status).toBe(status);
  });
});

describe('switched on', () => {
  it('test_debug_cache_returns_data_when_enabled: shows its four fields, empty before the first call', async () => {
    await using harness = await DebugTestHarness.withDebug(createApp, true);

    const { body } = await harness.server.get('/debug/cache').expect(200);

    expect(body).toEqual({
      limits_cache: { keys_count: 0, sample_keys: [] },
      jwt_cache: { keys_count: 0, sample_keys: [] },
      profile_cache: { keys_count: 0, sample_keys: [] },
      redis_available: false,
    });
  });

  it('test_debug_auth_returns_data_when_enabled: echoes the id, without limits and with -2 for a user it never saw', async () => {
    await using harness = await DebugTestHarness.withDebug(createApp, true);

    const { body } = await harness.server.get('/debug/auth/ext_123').expect(200);

    expect(body).toEqual({
      external_id: 'ext_123',
      cached_limits: null,
      cache_ttl_remaining_seconds: -2,
    });
  });

  it('test_debug_config_returns_data_when_enabled: shows its six fields, and no key', async () => {
    await using harness = await DebugTestHarness.withDebug(createApp, true);

    const { body, text } = await harness.server.get('/debug/config').expect(200);

    expect(body).toEqual({
      zion_api_url: expect.stringContaining(harness.zion.address),
      openai_api_url: harness.openai.baseUrl,
      cache_ttl_seconds: 300,
      jwt_cache_ttl_seconds: 300,
      redis_connected: false,
      debug_enabled: true,
    });
    expect(text).not.toContain(harness.openai.apiKey);
    expect(text).not.toContain(harness.zion.apiKey);
  });

  it('test_debug_auth_with_special_characters_in_id: decodes a percent-encoded id', async () => {
    await using harness = await DebugTestHarness.withDebug(createApp, true);

    const { body } = await harness.server.get('/debug/auth/user%40example.com').expect(200);

    expect(body.external_id).toBe('user@example.com');
  });

  it('test_debug_endpoints_not_under_v1_prefix: asks for a token under /v1, and has nothing there', async () => {
    await using harness = await DebugTestHarness.withDebug(createApp, true);

    const stranger = await harness.server.get('/v1/debug/cache');
    const user = await harness.harness.withToken().get('/v1/debug/cache');
    const here = await harness.server.get('/debug/cache');

    expect([stranger.status, user.status, here.status]).toEqual([401, 404, 200]);
  });

  it('shows what a call left in the caches, without the token or the address of its user', async () => {
    await using harness = await DebugTestHarness.withDebug(createApp, true);
    harness.zion.mockGetLimitsSuccess(TEST_EXTERNAL_ID, [freeTier()]);
    harness.openai.mockChatCompletionSuccess();
    await harness.server
      .post('/v1/chat/completions')
      .set('authorization', `Bearer ${TEST_TOKEN}`)
      .send({ model: 'gpt-4', messages: [{ role: 'user', content: 'Hi' }] })
      .expect(200);

    const cache = await harness.server.get('/debug/cache').expect(200);
    const auth = await harness.server.get(`/debug/auth/${TEST_EXTERNAL_ID}`).expect(200);

    expect(cache.body.profile_cache.keys_count).toBe(1);
    expect(cache.body.profile_cache.sample_keys).toHaveLength(1);
    expect(cache.body.limits_cache.keys_count).toBe(1);
    expect(auth.body.cached_limits).toMatchObject([{ name: 'ai_usage', aiRequests: { used: 50 } }]);
    expect(auth.body.cache_ttl_remaining_seconds).toBeGreaterThan(290);
    expect(auth.body.cache_ttl_remaining_seconds).toBeLessThanOrEqual(300);
    harness.harness.expectNoSecretsIn(cache.text + auth.text);
  });

  it('lets nobody look through a proxy without an admin key', async () => {
    await using harness = await DebugTestHarness.withDebug(createApp, true);
    const { admin } = harness.harness.keys;
    const look = (headers: { readonly [name: string]: string }) =>
      harness.server.get('/debug/config').set({ 'x-forwarded-for': '203.0.113.7', ...headers });

    const stranger = await look({});
    const user = await look({ authorization: `Bearer ${TEST_TOKEN}` });
    const operator = await look({ authorization: `Bearer ${admin}` });

    expect([stranger.status, user.status, operator.status]).toEqual([401, 401, 200]);
  });

  it('shows nothing of a governance service that there is none of', async () => {
    await using harness = await createHarness(createApp, { settings: { config: { debug: true } } });

    const config = await harness.request().get('/debug/config').expect(200);
    const auth = await harness.request().get('/debug/auth/anyone').expect(200);

    expect(config.body).toMatchObject({ zion_api_url: null, cache_ttl_seconds: null });
    expect(auth.body).toMatchObject({ cached_limits: null, cache_ttl_remaining_seconds: -2 });
  });
});
