import type { Identity } from '@tollgate/core/governance';
import { beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../config/secret.ts';
import type { Governance } from '../../ports/governance.ts';
import { createManualClock, type ManualClock } from '../test-support/manual-clock.ts';
import {
  createScriptedUpstream,
  type ScriptedUpstream,
} from '../test-support/scripted-upstream.ts';
import { createZionClient } from './zion-client.ts';
import { createZionGovernance } from './zion-governance.ts';

const ME = '/api/v1/users/me';
const LIMITS = '/api/v1/limits/external/';
const TIERS = '/api/v1/tiers/config';
const PROFILE = {
  id: 'user_123',
  email: 'test@test.com',
  name: 'Test User',
  externalId: 'ext_123',
  emailVerified: true,
  createdAt: '2024-01-01T00:00:00Z',
};
const meter = (remaining: number) => ({ limit: 100, used: 100 - remaining, remaining });
const limits = (requests: number, periodEnd?: string) => ({
  status: 200,
  body: {
    success: true,
    data: {
      userId: 'user_123',
      externalId: 'ext_123',
      limits: [
        {
          name: 'ai_usage',
          displayName: 'AI',
          aiInputTokens: meter(5),
          aiOutputTokens: meter(5),
          aiRequests: meter(requests),
          resetPeriod: 'DAILY',
          periodEnd,
        },
      ],
    },
  },
});
const tiers = (model: string) => ({
  status: 200,
  body: {
    success: true,
    data: {
      version: '1',
      updatedAt: 'x',
      tiers: {
        simple: [{ provider: 'openai', model, relativeCost: 1, inputPricePerMillion: 0.15 }],
        moderate: [],
        complex: [],
      },
    },
  },
});
const profile = (changes = {}) => ({
  status: 200,
  body: { success: true, data: { ...PROFILE, ...changes } },
});

const NOTHING = { aiInputTokens: 0n, aiOutputTokens: 0n, aiRequests: 0n };

let clock: ManualClock;
let zion: ScriptedUpstream;
let governance: Governance;
const staying = new AbortController().signal;

beforeEach(() => {
  clock = createManualClock();
  zion = createScriptedUpstream();
  const client = createZionClient({
    upstream: zion,
    clock,
    url: new URL('http://zion.internal/base/'),
    apiKey: new Secret('service-key'),
  });
  governance = createZionGovernance({
    client,
    usage: { acknowledged: async () => NOTHING },
    clock,
    profileTtlSeconds: 300,
    limitsTtlSeconds: 300,
    tierTtlSeconds: 1800,
    requestsPerMinute: 100,
  });
});

const calls = (): number => zion.requests.length;

async function identity(changes = {}): Promise<Identity> {
  zion.script(`/base${ME}`, profile(changes));
  const found = await governance.authenticate('token', staying);
  if (!found.ok) throw new Error(found.error.kind);
  return found.value;
}

describe('authenticate', () => {
  it('asks with the bearer token alone and maps the profile', async () => {
    expect(await identity()).toEqual({
      keyId: 'zion:user_123',
      keyName: 'ext_123',
      userId: 'zion:user_123',
      role: 'member',
      source: 'zion',
      user: { id: 'user_123', externalId: 'ext_123', email: 'test@test.com' },
      subject: 'zion:ext_123',
      requestsPerMinute: 100,
    });
    expect(zion.requests[0]?.url.href).toBe(`http://zion.internal/base${ME}`);
    expect(zion.requests[0]?.headers).toEqual({ authorization: 'Bearer token' });
  });

  it.each([null, '', '  '])(
    'falls back to the id for the blank external id %j',
    async (externalId) => {
      expect((await identity({ externalId })).subject).toBe('zion:user_123');
    },
  );

  it('asks once for many at once, and again after the lifetime', async () => {
    zion.script(`/base${ME}`, profile());

    await Promise.all(Array.from({ length: 20 }, () => governance.authenticate('t', staying)));
    clock.advance(299_000);
    await governance.authenticate('t', staying);
    expect(calls()).toBe(1);

    clock.advance(2000);
    await governance.authenticate('t', staying);
    expect(calls()).toBe(2);
  });

  it('asks for a refused token no more for a short while', async () => {
    zion.script(`/base${ME}`, { status: 401 }, profile());

    for (let turn = 0; turn < 5; turn += 1) {
      expect(await governance.authenticate('bad', staying)).toMatchObject({
        error: { kind: 'invalid_key' },
      });
    }
    expect(calls()).toBe(1);

    clock.advance(10_000);
    expect(await governance.authenticate('bad', staying)).toMatchObject({ ok: true });
  });

  it.each([
    ['is down', 'down'],
    ['fails', { status: 500 }],
    ['is too busy', { status: 429 }],
    ['answers nonsense', { status: 200, body: { hello: 1 } }],
  ] as const)(
    'is unavailable, and remembers nothing of it, when Zion %s',
    async (_what, answer) => {
      zion.script(`/base${ME}`, answer, profile());

      expect(await governance.authenticate('t', staying)).toMatchObject({
        error: { kind: 'governance_unavailable', retryAfterSeconds: expect.any(Number) },
      });
      expect(await governance.authenticate('t', staying)).toMatchObject({ ok: true });
    },
  );

  it('lets one leave without failing the others who wait for the same token', async () => {
    zion.script(`/base${ME}`, profile());
    const leaving = new AbortController();
    const left = governance.authenticate('t', leaving.signal);
    const waiting = governance.authenticate('t', staying);

    leaving.abort();

    expect(await left).toEqual({ ok: false, error: { kind: 'client_closed' } });
    expect(await waiting).toMatchObject({ ok: true });
  });
});

describe('admit', () => {
  it('asks with the service key, the id encoded, and lets in while something is left', async () => {
    const user = await identity({ externalId: 'a/b ?ü' });
    zion.script(`/base${LIMITS}`, limits(1));

    expect(await governance.admit(user, staying)).toEqual({ ok: true, value: undefined });
    await governance.admit(user, staying);

    expect(
      zion.requests.slice(1).map(({ url, headers }) => [url.pathname, headers['x-api-key']]),
    ).toEqual([[`/base${LIMITS}a%2Fb%20%3F%C3%BC`, 'service-key']]);
  });

  it('refuses with the facts when a meter is used up, until its period ends', async () => {
    const user = await identity();
    const end = new Date(clock.now() + 20_000).toISOString();
    zion.script(`/base${LIMITS}`, limits(-3, end));

    expect(await governance.admit(user, staying)).toEqual({
      ok: false,
      error: {
        kind: 'quota_exceeded',
        detail: 'ai_usage.aiRequests is used up',
        limit: {
          name: 'ai_usage.aiRequests',
          limit: 100,
          used: 103,
          remaining: 0,
          resetAt: Date.parse(end),
          retryAfterSeconds: 20,
        },
      },
    });

    clock.advance(20_000);
    expect(await governance.admit(user, staying)).toMatchObject({ ok: true });
  });

  it('looks again soon at a user who has nothing left', async () => {
    const user = await identity();
    zion.script(`/base${LIMITS}`, limits(0), limits(50));

    expect((await governance.admit(user, staying)).ok).toBe(false);
    clock.advance(30_000);
    expect((await governance.admit(user, staying)).ok).toBe(true);
  });

  it('takes a user without a record for one without limits', async () => {
    const user = await identity();
    zion.script(`/base${LIMITS}`, { status: 404 });

    await governance.admit(user, staying);

    expect(await governance.admit(user, staying)).toMatchObject({ ok: true });
    expect(calls()).toBe(2);
  });

  it('is unavailable when Zion is down and nothing is known, and goes on with what is known', async () => {
    const user = await identity();
    zion.script(`/base${LIMITS}`, 'down');
    expect(await governance.admit(user, staying)).toMatchObject({
      error: { kind: 'governance_unavailable' },
    });

    zion.script(`/base${LIMITS}`, limits(5));
    await governance.admit(user, staying);
    zion.script(`/base${LIMITS}`, 'down');
    clock.advance(301_000);

    expect(await governance.admit(user, staying)).toMatchObject({ ok: true });
  });
});

describe('tiers', () => {
  it('keeps them, renews them after their lifetime, and serves old ones while Zion is down', async () => {
    zion.script(`/base${TIERS}`, tiers('m1'), tiers('m2'), 'down');
    const simple = async () => {
      const found = await governance.tiers();
      return found.ok ? found.value.simple : found.error.kind;
    };

    await Promise.all([simple(), simple(), simple()]);
    expect(await simple()).toEqual([{ provider: 'openai', model: 'm1', relativeCost: 1 }]);
    expect(calls()).toBe(1);

    clock.advance(1_800_000);
    expect(await simple()).toEqual([{ provider: 'openai', model: 'm2', relativeCost: 1 }]);
    clock.advance(1_800_000);
    expect(await simple()).toEqual([{ provider: 'openai', model: 'm2', relativeCost: 1 }]);
    await simple();
    expect(calls()).toBe(3);
  });

  it('is unavailable when Zion never answered', async () => {
    zion.script(`/base${TIERS}`, 'down');

    expect(await governance.tiers()).toMatchObject({ error: { kind: 'governance_unavailable' } });
    expect(await governance.status()).toMatchObject({
      name: 'zion',
      status: 'unhealthy',
      detail: 'no usable answer since 2026-11-23T12:00:00.000Z',
    });
  });
});
