import { describe, expect, it } from 'vitest';
import type { TierConfig } from '../governance/tiers.ts';
import {
  chooseTierModel,
  drawTierModel,
  type TierQuestion,
  upgradesTier,
} from './choose-tier-model.ts';
import { createHealthBook } from './health-book.ts';
import { backoffSeconds, recordFailure } from './model-health.ts';

const cheap = { provider: 'openai', model: 'mini', relativeCost: 1 };
const dear = { provider: 'anthropic', model: 'opus', relativeCost: 4 };
const second = { provider: 'anthropic', model: 'sonnet', relativeCost: 1 };
const config: TierConfig = { simple: [cheap, dear], moderate: [cheap, dear, second], complex: [] };

const NOW = 1_000_000;
const broken = (...models: readonly (typeof cheap)[]) => {
  const health = createHealthBook();
  for (const model of models) health.failed(model, { now: NOW - 10_000, isProviderFault: true });
  return health;
};
const choose = (question: Partial<TierQuestion>) =>
  chooseTierModel({ tier: 'simple', config, health: broken(), now: NOW, random: 0, ...question });

describe('drawTierModel', () => {
  it('draws by the inverse of the relative cost', () => {
    const draws = Array.from({ length: 1000 }, (_, n) => drawTierModel([cheap, dear], n / 1000));

    expect(draws.filter((model) => model === cheap)).toHaveLength(800);
  });

  it('gives a model that costs nothing no more than one that costs 1', () => {
    const free = { ...cheap, relativeCost: 0 };
    const draws = Array.from({ length: 1000 }, (_, n) => drawTierModel([free, second], n / 1000));

    expect(draws.filter((model) => model === free)).toHaveLength(500);
  });

  it('draws nothing from nothing', () => {
    expect(drawTierModel([], 0.5)).toBeUndefined();
  });
});

describe('chooseTierModel', () => {
  const session = { provider: 'openai', model: 'pinned', tier: 'moderate' } as const;

  it('keeps a conversation’s model and tier when less is asked for', () => {
    expect(choose({ session })).toEqual({ ok: true, value: { ...session, isNew: false } });
  });

  it('goes up with the tier, at the same provider where it can', () => {
    const lower = { provider: 'anthropic', model: 'haiku', tier: 'simple' } as const;

    expect(choose({ tier: 'moderate', session: lower })).toEqual({
      ok: true,
      value: { provider: 'anthropic', model: 'opus', tier: 'moderate', isNew: true },
    });
  });

  it('chooses again within its tier when a conversation’s model is unavailable', () => {
    const health = broken({ ...session, relativeCost: 1 }, cheap);

    expect(choose({ session, health, random: 0.99 })).toEqual({
      ok: true,
      value: { provider: 'anthropic', model: 'sonnet', tier: 'moderate', isNew: true },
    });
  });

  it('passes over models that are unavailable', () => {
    expect(choose({ health: broken(cheap) })).toMatchObject({ value: { model: 'opus' } });
  });

  it('says when the first model is back where none is available', () => {
    const health = broken(cheap);
    health.failed(dear, { now: NOW - 4500, isProviderFault: true });

    expect(choose({ health })).toEqual({
      ok: false,
      error: { kind: 'no_healthy_model', retryAfterSeconds: 20 },
    });
  });

  it('refuses a tier without models', () => {
    expect(choose({ tier: 'complex' })).toMatchObject({
      error: { kind: 'invalid_request', path: 'tier' },
    });
  });

  it('orders the tiers', () => {
    expect(upgradesTier('simple', 'complex')).toBe(true);
    expect(upgradesTier('moderate', 'moderate')).toBe(false);
    expect(upgradesTier('complex', 'simple')).toBe(false);
  });
});

describe('model health', () => {
  it('waits 30, 60, 120, 240 and then 300 seconds, after any number of failures', () => {
    expect([1, 2, 3, 4, 5, 6, 61, 5000].map(backoffSeconds)).toEqual([
      30, 60, 120, 240, 300, 300, 300, 300,
    ]);
  });

  it('does not count what the request brought on itself', () => {
    const health = createHealthBook();
    health.failed(cheap, { now: NOW, isProviderFault: false });

    expect(health.isAvailable(cheap, NOW)).toBe(true);
  });

  it('counts a burst of failures once', () => {
    const once = recordFailure(undefined, { now: NOW, isProviderFault: true });

    expect(recordFailure(once, { now: NOW + 5, isProviderFault: true })).toEqual(once);
  });

  it('doubles from one failure to the next, and forgets them at a success', () => {
    const health = createHealthBook();
    health.failed(cheap, { now: 0, isProviderFault: true });
    expect(health.availableAt(cheap)).toBe(30_000);
    health.failed(cheap, { now: 30_000, isProviderFault: true });
    expect(health.availableAt(cheap)).toBe(90_000);
    expect(health.isAvailable({ ...cheap, provider: 'azure' }, 30_001)).toBe(true);

    health.succeeded(cheap);
    expect(health.isAvailable(cheap, 30_001)).toBe(true);
  });
});
