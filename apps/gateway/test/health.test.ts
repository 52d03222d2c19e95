import { createHarness, MockZion } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';

const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/;

/** An address that answered a moment ago and now refuses every connection. */
async function deadUrl(): Promise<string> {
  await using zion = await MockZion.start();
  return zion.url;
}

describe('health, the origin’s eight', () => {
  it('test_health_endpoint_returns_proper_structure: status, version, uptime, time, checks, stats', async () => {
    await using harness = await createHarness(createApp, { governance: 'zion' });

    const { body } = await harness.request().get('/health').expect(200);

    expect(body).toEqual({
      status: 'healthy',
      version: expect.any(String),
      uptime_seconds: expect.any(Number),
      timestamp: expect.any(String),
      checks: {
        ledger: { status: 'healthy' },
        zion: { status: 'healthy', latency_ms: expect.any(Number) },
        outbox: { status: 'healthy', pending: 0, dead: 0 },
      },
      stats: { uptime_seconds: expect.any(Number) },
    });
  });

  it('test_health_ready_endpoint: 200 and healthy while calls can be served', async () => {
    await using harness = await createHarness(createApp);

    const { body } = await harness.request().get('/health/ready').expect(200);

    expect(body).toEqual({ status: 'healthy' });
  });

  it('test_health_live_endpoint: 200 and healthy while the process answers at all', async () => {
    const ZION_API_URL = await deadUrl();
    await using harness = await createHarness(createApp, {
      governance: 'zion',
      settings: { env: { ZION_API_URL } },
    });

    const { body } = await harness.request().get('/health/live').expect(200);

    expect(body).toEqual({ status: 'healthy' });
  });

  // There is no Redis; what a call can't do without here is Zion, or the ledger under local keys.
  it('test_health_unhealthy_status_when_redis_down: 503 and unhealthy, naming the dependency that is down', async () => {
    const ZION_API_URL = await deadUrl();
    await using harness = await createHarness(createApp, {
      governance: 'zion',
      settings: { env: { ZION_API_URL } },
    });

    const { body } = await harness.request().get('/health').expect(503);
    const ready = await harness.request().get('/health/ready').expect(503);

    expect(body).toMatchObject({
      status: 'unhealthy',
      checks: {
        ledger: { status: 'healthy' },
        zion: { status: 'unhealthy', error: expect.stringContaining('no usable answer') },
      },
    });
    expect(ready.body).toEqual({ status: 'unhealthy' });
    harness.expectNoSecretsIn(JSON.stringify(body));
    expect(JSON.stringify(body)).not.toContain(new URL(ZION_API_URL).host);
  });

  it('test_health_endpoint_returns_version: the package’s version, with dots', async () => {
    await using harness = await createHarness(createApp);

    const { body } = await harness.request().get('/health').expect(200);

    expect(body.version).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('test_health_endpoint_returns_uptime: whole seconds, the same at the top and under stats', async () => {
    await using harness = await createHarness(createApp);

    const { body } = await harness.request().get('/health').expect(200);

    expect(Number.isInteger(body.uptime_seconds)).toBe(true);
    expect(body.uptime_seconds).toBeGreaterThanOrEqual(0);
    expect(body.stats.uptime_seconds).toBe(body.uptime_seconds);
  });

  it('test_health_endpoint_returns_valid_timestamp: RFC 3339, now', async () => {
    await using harness = await createHarness(createApp);
    const before = Date.now();

    const { body } = await harness.request().get('/health').expect(200);

    expect(body.timestamp).toMatch(RFC_3339);
    expect(Date.parse(body.timestamp)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(body.timestamp)).toBeLessThanOrEqual(Date.now());
  });

  it('test_health_endpoints_accept_get_only: POST is 405 and told what to use', async () => {
    await using harness = await createHarness(createApp);

    for (const path of ['/health', '/health/ready', '/health/live']) {
      const { headers } = await harness.request().post(path).expect(405);
      expect(headers['allow']).toBe('GET, HEAD');
    }
  });
});
