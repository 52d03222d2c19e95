import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inputTokens, outputTokens, type Usage } from '../chat/usage.ts';
import type { Quirks } from '../providers/quirks.ts';
import { decodeOpenAiUsage, encodeOpenAiUsage } from './openai-usage.ts';

describe('OpenAI’s usage', () => {
  it.each<[string, object, Quirks, Omit<Usage, 'provenance'>]>([
    [
      'input includes what was cached and written, output what was thought and said aloud',
      {
        prompt_tokens: 100,
        completion_tokens: 50,
        prompt_tokens_details: { cached_tokens: 40, cache_write_tokens: 10, audio_tokens: 5 },
        completion_tokens_details: { reasoning_tokens: 20, audio_tokens: 10 },
      },
      {},
      {
        input: { uncached: 45, cacheRead: 40, cacheWrite5m: 10, audio: 5 },
        output: { text: 20, reasoning: 20, audio: 10 },
      },
    ],
    [
      'of a predicted output, what was of use and what was not are parts of the output',
      {
        prompt_tokens: 9,
        completion_tokens: 50,
        completion_tokens_details: {
          reasoning_tokens: 0,
          accepted_prediction_tokens: 30,
          rejected_prediction_tokens: 12,
        },
      },
      {},
      {
        input: { uncached: 9 },
        output: { text: 8, reasoning: 0, acceptedPrediction: 30, rejectedPrediction: 12 },
      },
    ],
    [
      'nothing is known of what is not said',
      { prompt_tokens: 3, completion_tokens: 2, prompt_tokens_details: null },
      {},
      { input: { uncached: 3 }, output: { text: 2 } },
    ],
    [
      'a provider may count output without reasoning',
      {
        prompt_tokens: 1,
        completion_tokens: 9,
        completion_tokens_details: { reasoning_tokens: 5 },
      },
      { completionExcludesReasoning: true },
      { input: { uncached: 1 }, output: { text: 9, reasoning: 5 } },
    ],
    [
      'more reasoning than output tells the same without a quirk',
      {
        prompt_tokens: 1,
        completion_tokens: 1,
        completion_tokens_details: { reasoning_tokens: 5 },
      },
      {},
      { input: { uncached: 1 }, output: { text: 1, reasoning: 5 } },
    ],
    [
      'cache hits may stand beside',
      { prompt_tokens: 9, completion_tokens: 1, prompt_cache_hit_tokens: 4 },
      {},
      { input: { uncached: 5, cacheRead: 4 }, output: { text: 1 } },
    ],
    [
      'and so may cached and reasoning tokens',
      { prompt_tokens: 9, completion_tokens: 3, cached_tokens: 4, reasoning_tokens: 1 },
      {},
      { input: { uncached: 5, cacheRead: 4 }, output: { text: 2, reasoning: 1 } },
    ],
    [
      'classes never add up to more than the whole',
      { prompt_tokens: 3, completion_tokens: 0, prompt_tokens_details: { cache_write_tokens: 9 } },
      {},
      { input: { uncached: 0, cacheWrite5m: 3 }, output: { text: 0 } },
    ],
    [
      'more from the cache than input tells that input was counted without it',
      { prompt_tokens: 3, completion_tokens: 0, prompt_tokens_details: { cached_tokens: 9 } },
      {},
      { input: { uncached: 3, cacheRead: 9 }, output: { text: 0 } },
    ],
    [
      'cache writes may go by Anthropic’s name',
      {
        prompt_tokens: 9,
        completion_tokens: 0,
        prompt_tokens_details: { cached_tokens: 2, cache_creation_input_tokens: 6 },
      },
      {},
      { input: { uncached: 1, cacheRead: 2, cacheWrite5m: 6 }, output: { text: 0 } },
    ],
  ])('is read in classes: %s', (_name, wire, quirks, expected) => {
    expect(decodeOpenAiUsage(wire, quirks)).toEqual({ ...expected, provenance: 'provider' });
  });

  it.each([[null], [{}], ['9'], [{ prompt_tokens: -1 }], [{ total_tokens: 3 }]])(
    'is unknown, not zero, for %j',
    (wire) => {
      expect(decodeOpenAiUsage(wire, {})).toBeUndefined();
    },
  );

  it('keeps its totals both ways, for anything that was counted', () => {
    const count = fc.option(fc.nat(1000), { nil: undefined });
    const wire = fc.record({
      prompt_tokens: fc.nat(2000),
      completion_tokens: fc.nat(2000),
      prompt_tokens_details: fc.record({ cached_tokens: count, cache_write_tokens: count }),
      completion_tokens_details: fc.record({
        accepted_prediction_tokens: count,
        rejected_prediction_tokens: count,
      }),
    });
    fc.assert(
      fc.property(wire, (body) => {
        const usage = decodeOpenAiUsage(body, {});
        if (usage === undefined) throw new Error('no usage');

        const cached = body.prompt_tokens_details.cached_tokens ?? 0;
        const beside = cached > body.prompt_tokens ? cached : 0;
        expect(inputTokens(usage)).toBe(body.prompt_tokens + beside);
        expect(outputTokens(usage)).toBe(body.completion_tokens);
        expect(decodeOpenAiUsage(encodeOpenAiUsage(usage), {})).toEqual(usage);
      }),
    );
  });
});

describe('a usage that needs no mending', () => {
  const count = fc.oneof(fc.nat(), fc.constantFrom(null, -1, 0.5, '7'));
  const details = fc.oneof(
    fc.constantFrom(null, 'none'),
    fc.record(
      { cached_tokens: count, audio_tokens: count, reasoning_tokens: count, other: fc.string() },
      { requiredKeys: [] },
    ),
  );

  it('is counted as its schema would', () => {
    const usages = fc.record(
      {
        prompt_tokens: count,
        completion_tokens: count,
        reasoning_tokens: count,
        cached_tokens: count,
        prompt_tokens_details: details,
        completion_tokens_details: details,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(usages, (usage) => {
        // A count that is none is left out, which only the schema does.
        const mended = { ...usage, num_cached_tokens: 'none' };
        expect(decodeOpenAiUsage(usage, {})).toEqual(decodeOpenAiUsage(mended, {}));
      }),
    );
  });
});
