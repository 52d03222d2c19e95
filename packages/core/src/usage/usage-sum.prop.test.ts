import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Usage } from '../chat/usage.ts';
import { addUsage, estimateUsage, isComplete, usageTotals } from './usage-sum.ts';

const tokens = fc.nat({ max: 1_000_000 });
const usage: fc.Arbitrary<Usage> = fc.record(
  {
    input: fc.record(
      {
        uncached: tokens,
        cacheRead: tokens,
        cacheWrite5m: tokens,
        cacheWrite1h: tokens,
        audio: tokens,
      },
      { requiredKeys: [] },
    ),
    output: fc.record({ text: tokens, reasoning: tokens, image: tokens }, { requiredKeys: [] }),
    serverTools: fc.dictionary(fc.constantFrom('web_search', '__proto__'), tokens),
    provenance: fc.constantFrom('provider', 'estimate', 'interrupted'),
  },
  { requiredKeys: ['input', 'output', 'provenance'] },
);

describe('addUsage', () => {
  it('does not depend on order or grouping', () => {
    fc.assert(
      fc.property(usage, usage, usage, (a, b, c) => {
        expect(addUsage(a, b)).toEqual(addUsage(b, a));
        expect(addUsage(addUsage(a, b), c)).toEqual(addUsage(a, addUsage(b, c)));
      }),
    );
  });

  it('adds up in every total', () => {
    fc.assert(
      fc.property(usage, usage, (a, b) => {
        const [one, two, both] = [usageTotals(a), usageTotals(b), usageTotals(addUsage(a, b))];
        expect(both.inputTokens).toBe(one.inputTokens + two.inputTokens);
        expect(both.outputTokens).toBe(one.outputTokens + two.outputTokens);
        expect(both.totalTokens).toBe(both.inputTokens + both.outputTokens);
        expect(both.cachedInputTokens).toBe(one.cachedInputTokens + two.cachedInputTokens);
      }),
    );
  });

  it('keeps unknown apart from zero', () => {
    const sum = addUsage(
      { input: { uncached: 0 }, output: {}, provenance: 'provider' },
      { input: { cacheRead: 2 }, output: {}, provenance: 'interrupted' },
    );
    expect(sum).toEqual({
      input: { uncached: 0, cacheRead: 2 },
      output: {},
      provenance: 'interrupted',
    });
    expect(isComplete(sum)).toBe(false);
  });
});

describe('estimateUsage', () => {
  it('is complete, and says that it is no provider’s count', () => {
    const estimated = estimateUsage({ inputTokens: 0, outputTokens: 0, provenance: 'estimate' });

    expect(isComplete(estimated)).toBe(true);
    expect(estimated.provenance).toBe('estimate');
  });
});

describe('usageTotals', () => {
  it('is all zero where nothing was spent', () => {
    expect(new Set(Object.values(usageTotals(undefined)))).toEqual(new Set([0]));
  });
});
