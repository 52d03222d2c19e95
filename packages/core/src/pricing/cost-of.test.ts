import { expect, it } from 'vitest';
import type { Usage } from '../chat/usage.ts';
import { costOf, type ModelPrice } from './index.ts';

const usage = (input: Usage['input'], output: Usage['output'], rest = {}): Usage => ({
  input,
  output,
  provenance: 'provider',
  ...rest,
});

/** platform.claude.com/docs/en/about-claude/pricing: Opus 5.5 in USD a million: 4, 0.2, 5, 8 and 20. */
const OPUS: ModelPrice = {
  base: {
    input: {
      uncached: 4_000_000,
      cacheRead: 200_000,
      cacheWrite5m: 5_000_000,
      cacheWrite1h: 8_000_000,
    },
    output: { text: 20_000_000 },
  },
  serverTools: { web_search_requests: 10_000_000_000 },
};

/** platform.openai.com/docs/pricing: double input and cache, 1.5 times output, for long prompts. */
const LONG: ModelPrice = {
  base: { input: { uncached: 2_000_000, cacheRead: 200_000 }, output: { text: 10_000_000 } },
  tiers: [
    {
      aboveInputTokens: 272_000,
      input: { uncached: 4_000_000, cacheRead: 400_000 },
      output: { text: 15_000_000 },
    },
  ],
};

it('prices each class of tokens by its own price, worked out by hand', () => {
  const cost = costOf(
    usage(
      { uncached: 1_000, cacheRead: 50_000, cacheWrite5m: 2_000, cacheWrite1h: 300 },
      { text: 400, reasoning: 600 },
    ),
    OPUS,
  );

  // 0.004 + 0.01 + 0.01 + 0.0024 + 0.008 + 0.012 dollars.
  expect(cost).toEqual({ ok: true, value: 46_400_000_000n });
});

it('prices every token of a call by the tier that its whole input reaches', () => {
  const below = usage({ uncached: 72_000, cacheRead: 200_000 }, { text: 1_000 });
  const above = usage({ uncached: 72_001, cacheRead: 200_000 }, { text: 1_000 });

  expect(costOf(below, LONG)).toEqual({ ok: true, value: 194_000_000_000n });
  expect(costOf(above, LONG)).toEqual({ ok: true, value: 383_004_000_000n });
});

it('adds calls and the uses of tools that the provider ran', () => {
  const searched = usage({ uncached: 1 }, {}, { serverTools: { web_search_requests: 3 } });

  expect(costOf(searched, { ...OPUS, request: 5_000_000_000 })).toEqual({
    ok: true,
    value: 35_004_000_000n,
  });
});

it('bills thoughts and predictions as output, images read as input, without a price of their own', () => {
  const output = { reasoning: 10, acceptedPrediction: 2, rejectedPrediction: 3 };

  expect(costOf(usage({ image: 10 }, output), OPUS)).toEqual({ ok: true, value: 340_000_000n });
});

it.each([
  [{ cacheWrite5m: 1 }, {}, 'no price for cacheWrite5m tokens'],
  [{ audio: 1 }, {}, 'no price for audio tokens'],
  [{}, { image: 1 }, 'no price for image tokens'],
])('has no cost for %j and %j, whose price nobody knows', (input, output, reason) => {
  expect(costOf(usage(input, output), LONG)).toEqual({ ok: false, error: reason });
});

it('has no cost for a tool without a price, whatever it is called', () => {
  const used = usage({}, {}, { serverTools: { toString: 1 } });

  expect(costOf(used, OPUS)).toEqual({
    ok: false,
    error: 'no price for calls of the tool toString',
  });
});

it('needs no price for classes of which nothing was used', () => {
  expect(costOf(usage({ cacheWrite1h: 0, uncached: 1 }, { audio: 0 }), LONG)).toEqual({
    ok: true,
    value: 2_000_000n,
  });
});

it('stays exact where floats would not', () => {
  const huge = usage({ uncached: Number.MAX_SAFE_INTEGER }, {});

  expect(costOf(huge, { base: { input: { uncached: 3 }, output: {} } })).toEqual({
    ok: true,
    value: 27_021_597_764_222_973n,
  });
});
