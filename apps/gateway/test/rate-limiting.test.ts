import {
  createHarness,
  defaultProfile,
  type Harness,
  type HarnessOptions,
  VirtualClock,
} from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';

const SECOND = 1_000;
/** The first second of a minute. */
const START = Date.UTC(2026, 0, 1);
const MODELS = '/v1/models';

interface Limited {
  readonly harness: Harness;
  readonly clock: VirtualClock;
}

/** The real app under Zion, with a clock that stands still. */
async function limited(limit: number | undefined, options: HarnessOptions = {}): Promise<Limited> {
  const clock = new VirtualClock(START);
  const harness = await createHarness(createApp, {
    governance: 'zion',
    clock,
    settings: { env: { TOLLGATE_RATE_LIMIT: limit === undefined ? undefined : String(limit) } },
    ...options,
  });
  return { harness, clock };
}

/** The cheapest request that counts. */
const call = (harness: Harness, token?: string) => harness.withToken(token).get(MODELS);

async function statuses(harness: Harness, count: number, token?: string): Promise<number[]> {
  const seen: number[] = [];
  for (let sent = 0; sent < count; sent += 1) seen.push((await call(harness, token)).status);
  return seen;
}

const limitOf = (headers: { readonly [name: string]: string }) => ({
  limit: Number(headers['x-ratelimit-limit']),
  remaining: Number(headers['x-ratelimit-remaining']),
  reset: Number(headers['x-ratelimit-reset']),
});

const OTHER_TOKEN = 'another.users.token';

function addOther(harness: Harness): void {
  harness.zion.addUser(
    OTHER_TOKEN,
    defaultProfile({ id: 'user_456', externalId: 'ext_456', email: 'other@test.com' }),
  );
}

describe('rate limiting, the origin’s fourteen', () => {
  it('test_request_allowed_when_under_limit: it is answered', async () => {
    await using harness = (await limited(10)).harness;

    expect(await statuses(harness, 1)).toEqual([200]);
  });

  it('test_rate_limit_headers_present_in_response: 100 a minute unless configured, and what is left', async () => {
    await using harness = (await limited(undefined)).harness;

    const { headers } = await call(harness).expect(200);

    expect(limitOf(headers)).toEqual({
      limit: 100,
      remaining: 99,
      // One of a hundred a minute is free again after 0.6 s.
      reset: START / 1000 + 1,
    });
  });

  it('test_429_returned_when_rate_limit_exceeded: the fourth of three is refused by its code', async () => {
    await using harness = (await limited(3)).harness;

    expect(await statuses(harness, 3)).toEqual([200, 200, 200]);
    const { body } = await call(harness).expect(429);

    expect(body.error.code).toBe('RATE_LIMIT_EXCEEDED');
  });

  it('test_retry_after_header_present_on_429: between 1 and 60 seconds, after which it passes', async () => {
    const { harness: running, clock } = await limited(3);
    await using harness = running;
    await clock.advance(20 * SECOND);
    await statuses(harness, 3);

    const { headers } = await call(harness).expect(429);
    const seconds = Number(headers['retry-after']);
    await clock.advance(seconds * SECOND);

    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(60);
    await call(harness).expect(200);
  });

  it('test_rate_limit_error_response_structure: the predecessor’s details, used above the limit', async () => {
    await using harness = (await limited(3)).harness;
    await statuses(harness, 3);

    const { body } = await call(harness).expect(429);

    expect(body.error).toMatchObject({
      code: 'RATE_LIMIT_EXCEEDED',
      message: expect.any(String),
      details: {
        limit: 3,
        used: 4,
        remaining: 0,
        reset_at: new Date(START + 60 * SECOND).toISOString(),
      },
    });
  });

  it('test_multiple_requests_within_window_are_counted: four left after six of ten', async () => {
    await using harness = (await limited(10)).harness;
    await statuses(harness, 5);

    const { headers } = await call(harness).expect(200);

    expect(limitOf(headers).remaining).toBe(4);
  });

  it('test_remaining_decrements_with_each_request: by one', async () => {
    await using harness = (await limited(5)).harness;
    const left: number[] = [];

    for (let sent = 0; sent < 5; sent += 1) {
      left.push(limitOf((await call(harness).expect(200)).headers).remaining);
    }

    expect(left).toEqual([4, 3, 2, 1, 0]);
  });

  it('test_different_users_have_separate_rate_limits: each counts from its own', async () => {
    await using harness = (await limited(5)).harness;
    addOther(harness);
    await statuses(harness, 3);

    const { headers } = await call(harness, OTHER_TOKEN).expect(200);

    expect(limitOf(headers).remaining).toBe(4);
  });

  it('test_one_user_hitting_limit_does_not_affect_another: the other goes on', async () => {
    await using harness = (await limited(2)).harness;
    addOther(harness);

    expect(await statuses(harness, 3)).toEqual([200, 200, 429]);
    expect(await statuses(harness, 2, OTHER_TOKEN)).toEqual([200, 200]);
  });

  // The origin's stand-in let callers without a name in and counted them together. Nobody is let in
  // without a key here; what they share is a 401 that is nobody's request.
  it('test_anonymous_users_share_rate_limit: they share a 401 that takes from no user', async () => {
    await using harness = (await limited(2)).harness;

    for (let sent = 0; sent < 4; sent += 1) {
      const { headers } = await harness.request().get(MODELS).expect(401);
      expect(headers).not.toHaveProperty('x-ratelimit-limit');
    }

    expect(await statuses(harness, 3)).toEqual([200, 200, 429]);
  });

  it('test_rate_limit_at_exactly_limit: five of five pass, the sixth does not', async () => {
    await using harness = (await limited(5)).harness;

    expect(await statuses(harness, 6)).toEqual([200, 200, 200, 200, 200, 429]);
  });

  it('test_rate_limit_with_single_request_limit: the second is refused', async () => {
    await using harness = (await limited(1)).harness;

    expect(await statuses(harness, 2)).toEqual([200, 429]);
  });

  it('test_rate_limit_headers_format: whole numbers, and a reset that lies ahead', async () => {
    const { harness: running, clock } = await limited(10);
    await using harness = running;
    await clock.advance(59_999);

    const { headers } = await call(harness).expect(200);

    for (const name of ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset']) {
      expect(headers[name], name).toMatch(/^\d+$/);
    }
    expect(limitOf(headers).reset * 1000).toBeGreaterThan(clock.now());
  });

  it('test_many_rapid_requests: of sixty at once with a limit of fifty, fifty pass', async () => {
    await using harness = (await limited(50)).harness;

    const replies = await Promise.all(Array.from({ length: 60 }, () => call(harness)));
    const passed = replies.filter((reply) => reply.status === 200);

    expect(passed).toHaveLength(50);
    expect(replies.filter((reply) => reply.status === 429)).toHaveLength(10);
  });
});

describe('rate limiting', () => {
  it('counts both faces together, as the predecessor did, and answers in each one’s body', async () => {
    await using harness = (await limited(1)).harness;
    await call(harness).expect(200);

    const openai = await call(harness).expect(429);
    const native = await harness.withToken().get('/native/v1/models').expect(429);

    expect(openai.body.error.code).toBe('RATE_LIMIT_EXCEEDED');
    expect(native.body.error).toMatchObject({
      type: 'rate_limit_error',
      code: 'rate_limit_exceeded',
    });
    expect(native.headers['retry-after']).toMatch(/^\d+$/);
  });

  it('says the limit on errors too, and on what was refused for its body', async () => {
    await using harness = (await limited(5)).harness;

    const missing = await harness.withToken().get('/v1/nowhere').expect(404);
    const broken = await harness.withToken().post('/v1/chat/completions').send({}).expect(400);

    expect(limitOf(missing.headers).remaining).toBe(4);
    expect(limitOf(broken.headers).remaining).toBe(3);
  });

  it('defect 31: asking again doesn’t extend the refusal, and what Retry-After says holds', async () => {
    const { harness: running, clock } = await limited(10);
    await using harness = running;
    await clock.advance(30 * SECOND);
    await statuses(harness, 10);
    const first = await call(harness).expect(429);
    await statuses(harness, 30);
    await clock.advance(3 * SECOND);
    const later = await call(harness).expect(429);

    const seconds = Number(later.headers['retry-after']);
    expect(Number(first.headers['retry-after']) - seconds).toBe(3);
    await clock.advance((seconds - 1) * SECOND);
    await call(harness).expect(429);
    await clock.advance(SECOND);
    await call(harness).expect(200);
  });

  it('defect 32: users whose external id is blank are counted each by itself', async () => {
    await using harness = (await limited(1)).harness;
    harness.zion.addUser('first.users.token', defaultProfile({ id: 'first', externalId: '' }));
    harness.zion.addUser('second.users.token', defaultProfile({ id: 'second', externalId: ' ' }));
    harness.zion.addUser('third.users.token', defaultProfile({ id: 'third', externalId: null }));

    expect(await statuses(harness, 2, 'first.users.token')).toEqual([200, 429]);
    expect(await statuses(harness, 1, 'second.users.token')).toEqual([200]);
    expect(await statuses(harness, 1, 'third.users.token')).toEqual([200]);
  });

  it('goes on after a restart where it was: what was asked in the last minute stands in the ledger', async () => {
    const { harness: running, clock } = await limited(3);
    await using harness = running;
    const chat = () =>
      harness
        .withToken()
        .post('/v1/chat/completions')
        .send({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] });
    for (let sent = 0; sent < 3; sent += 1) {
      harness.openai.mockChatCompletionSuccess();
      await chat().expect(200);
    }

    await harness.restart();
    expect((await call(harness)).status).toBe(429);
    await clock.advance(20 * SECOND);
    expect(await statuses(harness, 2)).toEqual([200, 429]);
  });

  it('sends nothing upstream and bills nothing for a refused request', async () => {
    await using harness = (await limited(1)).harness;
    await call(harness).expect(200);
    const before = harness.openai.receivedRequests().length;

    await harness
      .withToken()
      .post('/v1/chat/completions')
      .send({ model: 'gpt-4o', messages: [{ role: 'user', content: 'Hi' }] })
      .expect(429);

    expect(harness.openai.receivedRequests()).toHaveLength(before);
    expect(await harness.usage()).toEqual([]);
  });

  it('leaves local keys alone unless a limit is configured, for all or for one', async () => {
    const slowKey = 'tg_slow00TestKey000000000000000000000000000000';
    await using harness = await createHarness(createApp, {
      settings: ({ openai }) => ({
        config: {
          providers: { openai: { apiKey: openai.apiKey } },
          governance: {
            keys: [
              { name: 'free', key: 'tg_free00TestKey000000000000000000000000000000' },
              { name: 'slow', key: slowKey, requestsPerMinute: 1 },
            ],
          },
        },
      }),
    });

    const free = await call(harness, 'tg_free00TestKey000000000000000000000000000000').expect(200);
    const refused = await statuses(harness, 2, slowKey);

    expect(free.headers).not.toHaveProperty('x-ratelimit-limit');
    expect(refused).toEqual([200, 429]);
  });
});
