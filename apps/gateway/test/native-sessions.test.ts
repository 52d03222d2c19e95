import {
  chatResponse,
  defaultProfile,
  defaultTierConfig,
  type Harness,
  tierConfigWith,
  tierModel,
  VirtualClock,
} from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import {
  asking,
  BY_MODEL,
  createNativeHarness,
  postNative,
  WEATHER_TOOL,
  ZION_TIERS,
} from './support/native.ts';

/* Conversations and tiers, where the predecessor was wrong or never looked. */

type Fields = { readonly [field: string]: unknown };

/** The tier and model that a call was served with. */
async function servedBy(harness: Harness, fields: Fields, token?: string) {
  const { headers } = await postNative(harness, asking('Hi', fields), token).expect(200);
  return { tier: headers['x-sentinel-tier'], model: headers['x-sentinel-model'] };
}

const TWO_SIMPLE = defaultTierConfig({
  simple: [tierModel('gpt-4o-mini'), tierModel('gpt-4.1-nano')],
});

describe('a conversation', () => {
  it("belongs to its user: another one's conversation of the same id is another", async () => {
    await using harness = await createNativeHarness();
    const other = { id: 'user_456', externalId: 'ext_456', email: 'other@test.com' };
    harness.zion.addUser('another-token', defaultProfile(other));
    harness.openai.mockChatCompletionSuccess().times(3);
    const conversation = { conversation_id: 'shared' };

    const mine = await servedBy(harness, { ...conversation, tier: 'complex' });
    const theirs = await servedBy(harness, { ...conversation, tier: 'simple' }, 'another-token');
    const mineAgain = await servedBy(harness, { ...conversation, tier: 'simple' });

    expect([mine.tier, theirs.tier, mineAgain.tier]).toEqual(['complex', 'simple', 'complex']);
  });

  it('belongs to its user under each of the tokens of that user', async () => {
    await using harness = await createNativeHarness();
    harness.zion.addUser('renewed-token', defaultProfile());
    harness.openai.mockChatCompletionSuccess().times(2);
    const conversation = { conversation_id: 'kept' };

    await servedBy(harness, { ...conversation, tier: 'moderate' });
    const again = await servedBy(harness, conversation, 'renewed-token');

    expect(again.tier).toBe('moderate');
  });

  it('stays with its model for as long as that is well', async () => {
    await using harness = await createNativeHarness();
    harness.zion.mockTierConfigSuccessWith(TWO_SIMPLE);
    harness.openai.mockChatCompletionSuccess().times(12);
    const models = new Set<unknown>();

    for (let call = 0; call < 12; call++) {
      models.add((await servedBy(harness, { conversation_id: 'long' })).model);
    }

    expect(models.size).toBe(1);
  });

  it('goes on with another model of its tier when its own fails', async () => {
    await using harness = await createNativeHarness();
    harness.zion.mockTierConfigSuccessWith(TWO_SIMPLE);
    const conversation = { conversation_id: 'moving' };
    harness.openai.mockChatCompletionSuccess();
    const first = await servedBy(harness, conversation);
    harness.openai.mockChatCompletionServerError();
    await postNative(harness, asking('Hi', conversation)).expect(502);
    harness.openai.mockChatCompletionSuccess().times(2);

    const second = await servedBy(harness, conversation);
    const third = await servedBy(harness, conversation);

    expect(second.model).not.toBe(first.model);
    expect(second.tier).toBe('simple');
    expect(third).toEqual(second);
  });

  it.each([
    ['the provider refused', asking('Hi')],
    ['was refused here', asking('Hi', { tools: [{ ...WEATHER_TOOL, type: 'other' }] })],
  ])('is not begun by a call that %s', async (what, body) => {
    await using harness = await createNativeHarness();
    const conversation = { conversation_id: 'never-begun' };
    if (what === 'the provider refused') harness.openai.mockChatCompletionBadRequest();
    await postNative(harness, { ...body, ...conversation, tier: 'complex' }).expect(400);
    harness.openai.mockChatCompletionSuccess();

    const { tier } = await servedBy(harness, conversation);

    expect(tier).toBe('simple');
  });

  it('is not raised by a call that failed', async () => {
    await using harness = await createNativeHarness();
    const conversation = { conversation_id: 'not-raised' };
    harness.openai.mockChatCompletionSuccess();
    await servedBy(harness, conversation);
    harness.openai.mockChatCompletionBadRequest();
    await postNative(harness, asking('Hi', { ...conversation, tier: 'complex' })).expect(400);
    harness.openai.mockChatCompletionSuccess();

    const { tier } = await servedBy(harness, conversation);

    expect(tier).toBe('simple');
  });

  it('is forgotten when it was not used for its lifetime, and kept alive by use', async () => {
    const clock = new VirtualClock();
    const settings = { env: { SESSION_TTL_SECONDS: '600' } };
    await using harness = await createNativeHarness({ clock, settings });
    harness.openai.mockChatCompletionSuccess().times(4);
    const conversation = { conversation_id: 'aging' };
    const tiers: unknown[] = [];

    tiers.push((await servedBy(harness, { ...conversation, tier: 'moderate' })).tier);
    for (const pause of [590_000, 590_000, 601_000]) {
      await clock.advance(pause);
      tiers.push((await servedBy(harness, conversation)).tier);
    }

    expect(tiers).toEqual(['moderate', 'moderate', 'moderate', 'simple']);
  });

  it('may be named by anything that is a text', async () => {
    await using harness = await createNativeHarness();
    harness.openai.mockChatCompletionSuccess().times(4);
    const names = ['', '__proto__', 'ä\u0000\n日本', 'x'.repeat(1024)];

    for (const name of names) {
      const { tier } = await servedBy(harness, { conversation_id: name, tier: 'moderate' });
      expect(tier).toBe('moderate');
    }
  });
});

describe('the tiers of Zion', () => {
  it('are asked for once by many calls at once, and not again while fresh', async () => {
    await using harness = await createNativeHarness();
    harness.openai.mockChatCompletionSuccess().times(9);

    await Promise.all(Array.from({ length: 8 }, () => servedBy(harness, {})));
    await servedBy(harness, {});

    expect(harness.zion.receivedRequests(ZION_TIERS)).toHaveLength(1);
  });

  it('serve on from the last answer while Zion is away', async () => {
    const clock = new VirtualClock();
    const settings = { env: { TIER_CONFIG_TTL_SECONDS: '60' } };
    await using harness = await createNativeHarness({ clock, settings });
    harness.zion.mockTierConfigSuccessWith(tierConfigWith('gpt-4.1', 'gpt-4o', 'o3'));
    harness.zion.mockTierConfigServerError().times(2);
    harness.zion.mockTierConfigSuccessWith(tierConfigWith('gpt-5', 'gpt-4o', 'o3'));
    harness.openai.mockChatCompletionSuccess().times(4);
    const models = [(await servedBy(harness, {})).model];

    for (const pause of [61_000, 61_000, 61_000]) {
      await clock.advance(pause);
      models.push((await servedBy(harness, {})).model);
    }

    expect(models).toEqual(['gpt-4.1', 'gpt-4.1', 'gpt-4.1', 'gpt-5']);
    expect(harness.zion.receivedRequests(ZION_TIERS)).toHaveLength(4);
  });

  it('that never came are 503 with Retry-After, and are there as soon as Zion is', async () => {
    await using harness = await createNativeHarness();
    harness.zion.mockTierConfigServerError();

    const { headers, body } = await postNative(harness, asking('Hi')).expect(503);

    expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(body.error).toMatchObject({
      type: 'service_unavailable',
      code: 'service_unavailable',
    });
    expect(harness.openai.receivedRequests()).toHaveLength(0);
    harness.openai.mockChatCompletionSuccess();
    expect(await servedBy(harness, {})).toEqual({ tier: 'simple', model: 'gpt-4o-mini' });
  });

  it('that never came hinder nobody who names a model', async () => {
    await using harness = await createNativeHarness();
    harness.zion.mockTierConfigServerError().optional();
    harness.openai.mockChatCompletionSuccess();

    const { model, tier } = await servedBy(harness, { model: 'gpt-4' });

    expect(model).toBe('gpt-4');
    expect(tier).toBeUndefined();
  });

  it('that never came are those of the file, where it has some', async () => {
    const tiers = { simple: [{ model: 'openai/gpt-4.1-nano', relativeCost: 1 }] };
    const settings = { config: { tiers, native: { defaultTier: 'simple' } } };
    await using harness = await createNativeHarness({ settings });
    harness.zion.mockTierConfigServerError();
    harness.openai.mockChatCompletionSuccess().times(2);

    const before = await servedBy(harness, {});
    const after = await servedBy(harness, {});

    expect([before.model, after.model]).toEqual(['gpt-4.1-nano', 'gpt-4o-mini']);
  });

  it('without a model are 400 that names the tier', async () => {
    await using harness = await createNativeHarness();
    harness.zion.mockTierConfigSuccessWith(defaultTierConfig({ complex: [] }));

    const { body } = await postNative(harness, asking('Hi', { tier: 'complex' })).expect(400);

    expect(body.error).toMatchObject({ type: 'invalid_request_error', code: 'invalid_request' });
    expect(body.error.message).toMatch(/tier.*"complex"/);
  });

  it('never send a model of another provider to OpenAI', async () => {
    await using harness = await createNativeHarness();
    const claude = tierModel('claude-sonnet-4-5', { provider: 'anthropic' });
    harness.zion.mockTierConfigSuccessWith(
      defaultTierConfig({ simple: [claude, tierModel('gpt-4o-mini')], complex: [claude] }),
    );
    harness.openai.mockChatCompletionSuccess().times(6);

    for (let call = 0; call < 6; call++) {
      expect((await servedBy(harness, {})).model).toBe('gpt-4o-mini');
    }
    await postNative(harness, asking('Hi', { tier: 'complex' })).expect(400);
  });

  it('draw a cheaper model more often, and a dear one too', async () => {
    await using harness = await createNativeHarness({
      settings: { env: { TOLLGATE_RATE_LIMIT: '1000' } },
    });
    harness.zion.mockTierConfigSuccessWith(
      defaultTierConfig({
        simple: [
          tierModel('gpt-4.1-nano', { relativeCost: 1 }),
          tierModel('o3', { relativeCost: 3 }),
        ],
      }),
    );
    harness.openai.mockChatCompletionSuccess(chatResponse('Hi')).times(200);

    const served = await Promise.all(Array.from({ length: 200 }, () => servedBy(harness, {})));

    // 50 are expected, with a deviation of 6: eight of those either way never happen by chance.
    const dear = served.filter(({ model }) => model === 'o3').length;
    expect(dear).toBeGreaterThan(2);
    expect(dear).toBeLessThan(98);
  });
});

describe('the generations of the contract', () => {
  it('both take a tier that is named, whatever the default is', async () => {
    await using harness = await createNativeHarness({ settings: BY_MODEL.settings });
    harness.openai.mockChatCompletionSuccess();

    expect(await servedBy(harness, { tier: 'moderate' })).toEqual({
      tier: 'moderate',
      model: 'gpt-4o',
    });
  });
});
