import {
  chatResponse,
  controlledReply,
  createHarness,
  defaultProfile,
  defaultTierConfig,
  type Harness,
  json,
  streamingChunks,
  tierModel,
  VirtualClock,
  type ZionTierConfig,
} from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createApp } from '../src/create-app.ts';

/* Defects of the predecessor in how a native call finds its model. The table is in known-defects.test.ts. */

const NATIVE = '/native/v1/chat/completions';
const TIERS = 'GET /api/v1/tiers/config';
const PROFILE = 'GET /api/v1/users/me';
const SECOND = 1_000;
const OTHER_TOKEN = 'another.users.token';

const messages = [{ role: 'user', content: 'Hi' }];

const ask = (harness: Harness, fields: object = {}, token?: string) =>
  harness
    .withToken(token)
    .post(NATIVE)
    .send({ messages, ...fields });

/** What a call was answered with, and by whom. */
async function served(harness: Harness, fields: object, token?: string) {
  const { headers } = await ask(harness, fields, token).expect(200);
  return { model: headers['x-sentinel-model'], tier: headers['x-sentinel-tier'] };
}

async function underZion(tiers?: ZionTierConfig) {
  const clock = new VirtualClock();
  const harness = await createHarness(createApp, { governance: 'zion', clock });
  if (tiers !== undefined) harness.zion.mockTierConfigSuccessWith(tiers).persist();
  harness.zion.addUser(
    OTHER_TOKEN,
    defaultProfile({ id: 'user_456', externalId: 'ext_456', email: 'other@test.com' }),
  );
  return { harness, clock };
}

describe('models that fail', () => {
  it('defect 5: seventy failures in a row leave a back-off of five minutes, and a process that lives', async () => {
    const { harness: running, clock } = await underZion();
    await using harness = running;
    harness.openai.mockChatCompletionServerError().times(70);
    for (let failure = 0; failure < 70; failure += 1) {
      const { status } = await ask(harness);
      expect(status).toBe(502);
      await clock.advance(300 * SECOND);
    }
    harness.openai.mockChatCompletionServerError();
    await ask(harness).expect(502);

    const { headers } = await ask(harness).expect(503);
    await clock.advance(300 * SECOND);
    harness.openai.mockChatCompletionSuccess();
    await ask(harness).expect(200);

    expect(Number(headers['retry-after'])).toBe(300);
  });

  it('defect 6: one user’s bad requests take a model from nobody', async () => {
    await using harness = (await underZion()).harness;
    harness.openai.mockChatCompletionBadRequest('Invalid temperature.', 'temperature').times(3);

    for (let sent = 0; sent < 3; sent += 1) {
      const { body } = await ask(harness, { temperature: 5 }).expect(400);
      expect(body.error).toMatchObject({ type: 'invalid_request_error', provider: 'openai' });
    }
    harness.openai.mockChatCompletionSuccess();

    expect(await served(harness, {}, OTHER_TOKEN)).toEqual({
      model: 'gpt-4o-mini',
      tier: 'simple',
    });
  });

  it('defect 12: a tier whose models all back off says when to come again', async () => {
    const { harness: running, clock } = await underZion();
    await using harness = running;
    harness.openai.mockChatCompletionServerError();
    await ask(harness).expect(502);
    await clock.advance(10 * SECOND);

    const { body, headers } = await ask(harness).expect(503);

    expect(headers['retry-after']).toBe('20');
    expect(body.error).toMatchObject({
      type: 'service_unavailable',
      code: 'service_unavailable',
    });
  });
});

describe('the tier configuration', () => {
  it('defect 11: an outage with nothing cached is 503 with Retry-After, in the native body', async () => {
    await using harness = (await underZion()).harness;
    harness.zion.mockTierConfigServerError();

    const { body, headers } = await ask(harness).expect(503);

    expect(body.error).toMatchObject({ type: 'service_unavailable', code: 'service_unavailable' });
    expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(harness.openai.receivedRequests()).toEqual([]);
  });

  it('defect 11: what was cached serves on through an outage', async () => {
    const { harness: running, clock } = await underZion();
    await using harness = running;
    harness.openai.mockChatCompletionSuccess().times(2);
    await ask(harness).expect(200);
    await clock.advance(1_801 * SECOND);
    harness.zion.mockTierConfigServerError();

    await ask(harness).expect(200);

    expect(harness.zion.receivedRequests(TIERS)).toHaveLength(2);
  });

  it('defect 11: many callers who miss at once ask Zion once', async () => {
    await using harness = (await underZion()).harness;
    harness.openai.mockChatCompletionSuccess().times(12);

    const replies = await Promise.all(Array.from({ length: 12 }, () => ask(harness)));

    expect(replies.map((reply) => reply.status)).toEqual(Array.from({ length: 12 }, () => 200));
    expect(harness.zion.receivedRequests(TIERS)).toHaveLength(1);
    expect(harness.zion.receivedRequests(PROFILE)).toHaveLength(1);
  });

  it('defect 20: a model of another provider is asked of that provider', async () => {
    const claude = tierModel('claude-sonnet-4-5', { provider: 'anthropic' });
    const clock = new VirtualClock();
    await using harness = await createHarness(createApp, {
      governance: 'zion',
      clock,
      settings: ({ openai, anthropic, zion }) => ({
        config: {
          governance: { kind: 'zion', url: zion.url, apiKey: zion.apiKey },
          providers: {
            openai: { apiKey: openai.apiKey, baseUrl: openai.baseUrl },
            anthropic: { apiKey: anthropic.apiKey, baseUrl: anthropic.baseUrl },
          },
          native: { defaultTier: 'simple' },
        },
      }),
    });
    harness.zion.mockTierConfigSuccessWith(defaultTierConfig({ simple: [claude] }));
    harness.anthropic.mockMessageWithUsage('Hi.', 9, 2);

    const { body, headers } = await ask(harness).expect(200);

    expect(headers['x-tollgate-model']).toBe('anthropic/claude-sonnet-4-5');
    expect(body.choices[0].message.content).toBe('Hi.');
    expect(harness.openai.receivedRequests()).toEqual([]);
  });

  it('defect 20: a provider that nobody configured is passed over, not mistaken for another', async () => {
    const simple = [tierModel('grok-4', { provider: 'nobody' }), tierModel('gpt-4o-mini')];
    await using harness = (await underZion(defaultTierConfig({ simple }))).harness;
    harness.openai.mockChatCompletionSuccess().times(4);

    for (let sent = 0; sent < 4; sent += 1) {
      expect(await served(harness, {})).toEqual({ model: 'gpt-4o-mini', tier: 'simple' });
    }
  });
});

describe('conversations', () => {
  it('defect 10: another user’s conversation of the same id is another conversation', async () => {
    await using harness = (await underZion()).harness;
    harness.openai.mockChatCompletionSuccess().times(4);
    const conversation = { conversation_id: 'c-1' };

    const first = await served(harness, { ...conversation, tier: 'complex' });
    const stranger = await served(harness, { ...conversation, tier: 'simple' }, OTHER_TOKEN);
    const raised = await served(harness, { ...conversation, tier: 'moderate' }, OTHER_TOKEN);
    const again = await served(harness, conversation);

    expect([first.tier, stranger.tier, raised.tier, again.tier]).toEqual([
      'complex',
      'simple',
      'moderate',
      'complex',
    ]);
  });

  it('defect 21: a request that failed has begun no conversation and raised none', async () => {
    const { harness: running, clock } = await underZion();
    await using harness = running;
    const tool = { type: 'function', function: { name: 'a-b', description: 'x', parameters: {} } };
    await ask(harness, { conversation_id: 'c-1', tier: 'complex', tools: [tool] }).expect(400);
    harness.openai.mockChatCompletionServerError();
    await ask(harness, { conversation_id: 'c-1', tier: 'complex' }).expect(502);
    await clock.advance(30 * SECOND);
    harness.openai.mockChatCompletionSuccess();

    const { tier } = await served(harness, { conversation_id: 'c-1', tier: 'simple' });

    expect(tier).toBe('simple');
  });

  it('defect 21: a conversation whose model backs off goes on with another of its tier', async () => {
    const simple = [tierModel('gpt-4o-mini'), tierModel('gpt-4.1-nano')];
    const { harness: running } = await underZion(defaultTierConfig({ simple }));
    await using harness = running;
    harness.openai.mockChatCompletionSuccess();
    const before = await served(harness, { conversation_id: 'c-1' });
    harness.openai.mockChatCompletionServerError();
    await ask(harness, { conversation_id: 'c-1' }).expect(502);
    harness.openai.mockChatCompletionSuccess().times(2);

    const after = await served(harness, { conversation_id: 'c-1' });
    const kept = await served(harness, { conversation_id: 'c-1' });

    expect(after.model).not.toBe(before.model);
    expect(kept).toEqual(after);
  });

  it('defect 22: of two first calls at once, the one that ends last does not lower the tier', async () => {
    await using harness = (await underZion()).harness;
    const slow = controlledReply('application/json');
    harness.openai.mockChatCompletion(slow.reply);
    const simple = ask(harness, { conversation_id: 'c-1', tier: 'simple' }).then((reply) => reply);
    await slow.started;
    harness.openai.mockChatCompletionSuccess().times(2);
    const complex = await served(harness, { conversation_id: 'c-1', tier: 'complex' });
    await slow.send(JSON.stringify(chatResponse('Late.')));
    await slow.end();

    expect((await simple).status).toBe(200);
    const next = await served(harness, { conversation_id: 'c-1', tier: 'simple' });

    expect([complex.tier, next.tier]).toEqual(['complex', 'complex']);
  });

  it('defect 22: of two first calls at once on one tier, the model that was kept first stays', async () => {
    const simple = [1, 2, 3, 4, 5, 6].map((model) => tierModel(`gpt-${model}`));
    await using harness = (await underZion(defaultTierConfig({ simple }))).harness;
    const CALLS = 8;
    const slow = Array.from({ length: CALLS }, () => controlledReply('application/json'));
    for (const { reply } of slow) harness.openai.mockChatCompletion(reply);
    const calls = slow.map(() =>
      ask(harness, { conversation_id: 'c-1' }).then(({ headers }) => headers['x-sentinel-model']),
    );
    await Promise.all(slow.map(({ started }) => started));
    const [first, ...others] = slow;
    const answer = JSON.stringify(chatResponse('Hi.'));
    await first?.send(answer);
    await first?.end();
    const kept = await Promise.race(calls);
    for (const reply of others) {
      await reply.send(answer);
      await reply.end();
    }
    await Promise.all(calls);
    harness.openai.mockChatCompletionSuccess();

    expect((await served(harness, { conversation_id: 'c-1' })).model).toBe(kept);
  });
});

describe('callers', () => {
  it('defect 30: a token that Zion refused is not asked about again and again', async () => {
    const { harness: running, clock } = await underZion();
    await using harness = running;

    await Promise.all(Array.from({ length: 5 }, () => ask(harness, {}, 'bad.token').expect(401)));
    await ask(harness, {}, 'bad.token').expect(401);
    const asked = harness.zion.receivedRequests(PROFILE).length;
    await clock.advance(11 * SECOND);
    const { body } = await ask(harness, {}, 'bad.token').expect(401);

    expect(asked).toBe(1);
    expect(harness.zion.receivedRequests(PROFILE)).toHaveLength(2);
    expect(body.error).toMatchObject({ code: 'INVALID_TOKEN' });
  });

  it('defect 30: what looks like a local key is refused here, and never sent to Zion', async () => {
    await using harness = (await underZion()).harness;
    const key = 'tg_unknown0TestKey00000000000000000000000000000';

    const { body } = await ask(harness, {}, key).expect(401);

    expect(body.error.code).toBe('INVALID_TOKEN');
    expect(harness.zion.receivedRequests()).toEqual([]);
  });

  it('defect 39: an external id stays one segment of Zion’s path, whatever stands in it', async () => {
    await using harness = (await underZion()).harness;
    const externalId = '../admin?x=1#ü/b';
    harness.zion.addUser('odd.users.token', defaultProfile({ id: 'odd', externalId }));
    harness.zion.mockGetLimitsSuccess(externalId, []);
    harness.openai.mockChatCompletionSuccess();

    await ask(harness, {}, 'odd.users.token').expect(200);

    const { path } = harness.zion.lastRequest('GET /api/v1/limits/external/{externalId}');
    expect(path).toBe(`/api/v1/limits/external/${encodeURIComponent(externalId)}`);
  });

  it('defect 13: an outage of Zion stops neither local keys nor users who are known already', async () => {
    const { harness: running, clock } = await underZion();
    await using harness = running;
    harness.openai.mockChatCompletionSuccess(chatResponse('Hi.')).times(3);
    await ask(harness).expect(200);
    harness.zion.mockGetUserProfileServerError().persist().optional();
    harness.zion.mockTierConfigServerError().persist().optional();
    harness.zion.mockGetLimitsServerError().persist().optional();
    await clock.advance(299 * SECOND);

    const known = await ask(harness);
    const local = await ask(harness, {}, harness.keys.admin);
    const stranger = await ask(harness, {}, OTHER_TOKEN);

    expect([known.status, local.status, stranger.status]).toEqual([200, 200, 503]);
    expect(stranger.headers['retry-after']).toMatch(/^\d+$/);
  });

  it('defect 13: an answer of Zion that makes no sense is Zion’s failure, not the caller’s', async () => {
    await using harness = (await underZion()).harness;
    harness.zion.mockReply('GET', '/api/v1/users/me', json({ success: true, data: 'corrupt' }));

    const { body } = await ask(harness, {}, OTHER_TOKEN).expect(503);

    expect(body.error.code).toBe('service_unavailable');
  });
});

describe('streams', () => {
  it('defect 23: a stream that fails before its first byte is an error with a status, not a 200', async () => {
    await using harness = (await underZion()).harness;
    harness.openai.mockChatCompletionServerError();

    const { status, body } = await ask(harness, { stream: true });

    expect(status).toBe(502);
    expect(body.error).toMatchObject({ type: 'upstream_error', code: 'provider_error' });
  });

  it('defect 21: a stream keeps its conversation as a whole answer does', async () => {
    await using harness = (await underZion()).harness;
    harness.openai.mockChatCompletionStream(streamingChunks('Hi there'));
    await ask(harness, { conversation_id: 'c-1', tier: 'complex', stream: true }).expect(200);
    harness.openai.mockChatCompletionSuccess();

    expect((await served(harness, { conversation_id: 'c-1' })).tier).toBe('complex');
  });
});
