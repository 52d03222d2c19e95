import { describe, expect, it } from 'vitest';
import {
  externalIdOf,
  failedIncrements,
  tierConfigOf,
  ZionIncrements,
  ZionIncrementsReply,
  ZionLimitsReply,
  ZionProfileReply,
  ZionTiersReply,
} from './zion.ts';

const batchReply = (failed: number, results?: readonly object[]) =>
  ZionIncrementsReply.parse({
    success: true,
    data: { processed: 0, failed, ...(results === undefined ? {} : { results }) },
  });

describe('Zion’s replies', () => {
  it.each([
    [{ externalId: 'ext_1' }, 'ext_1'],
    [{ externalId: null }, 'user_1'],
    [{}, 'user_1'],
    [{ externalId: '  ' }, 'user_1'],
  ])('count a user with %j by %s, never by nothing', (fields, expected) => {
    const reply = ZionProfileReply.parse({
      success: true,
      data: { id: 'user_1', email: 'a@b.c', ...fields },
    });

    expect(externalIdOf(reply.data)).toBe(expected);
  });

  it('may hold limits that are overdrawn and lack meters', () => {
    const reply = ZionLimitsReply.parse({
      data: { limits: [{ name: 'ai_usage', aiRequests: { limit: 10, used: 12, remaining: -2 } }] },
    });

    expect(reply.data.limits[0]?.aiRequests?.remaining).toBe(-2);
  });

  it('become a tier configuration without prices', () => {
    const model = {
      provider: 'openai',
      model: 'gpt-4o',
      relativeCost: 5,
      inputPricePerMillion: 2.5,
    };
    const reply = ZionTiersReply.parse({
      success: true,
      data: { version: '1.0.0', tiers: { simple: [], moderate: [model], complex: [] } },
    });

    expect(tierConfigOf(reply.data)).toEqual({
      simple: [],
      moderate: [{ provider: 'openai', model: 'gpt-4o', relativeCost: 5 }],
      complex: [],
    });
  });
});

describe('ZionIncrements', () => {
  it('takes what the contract names', () => {
    const increments = [
      {
        email: 'a@b.c',
        aiInputTokens: 5,
        aiRequests: 1,
        model: 'm',
        timestamp: '2026-11-23T18:47:00.123Z',
      },
    ];
    expect(ZionIncrements.parse({ increments })).toEqual({ increments });
  });

  it.each([
    ['zero counts', [{ email: 'a@b.c', aiInputTokens: 0 }]],
    ['fields of an older contract', [{ email: 'a@b.c', limitName: 'ai_usage' }]],
    ['no items', []],
    ['more than 1,000 items', Array.from({ length: 1001 }, () => ({ email: 'a@b.c' }))],
  ])('refuses %s', (_name, increments) => {
    expect(ZionIncrements.safeParse({ increments }).success).toBe(false);
  });
});

describe('failedIncrements', () => {
  const sent = ['a@b.c', 'a@b.c', 'd@e.f'].map((email) => ({ email }));

  it('matches by position, though the same address comes twice', () => {
    const results = [
      { email: 'a@b.c', success: true },
      { email: 'a@b.c', success: false, error: 'no such user' },
      { email: 'd@e.f', success: true },
    ];
    expect(failedIncrements(batchReply(1, results), sent)).toEqual([1]);
  });

  it('needs no results where nothing or everything failed', () => {
    expect(failedIncrements(batchReply(0, []), sent)).toEqual([]);
    expect(failedIncrements(batchReply(3), sent)).toEqual([0, 1, 2]);
  });

  it('finds an address that stands in the batch once, where only failures came back', () => {
    expect(failedIncrements(batchReply(1, [{ email: 'd@e.f', success: false }]), sent)).toEqual([
      2,
    ]);
  });

  it.each([
    ['the address repeats', [{ email: 'a@b.c', success: false }]],
    ['the address is not in the batch', [{ email: 'x@y.z', success: false }]],
    ['results are missing', []],
  ])('does not guess where %s', (_name, results) => {
    expect(failedIncrements(batchReply(1, results), sent)).toBeUndefined();
  });
});
