import { expect, it } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { BUNDLED_LIST, bundledList } from './bundled-list.ts';
import { listedPrice } from './listed-price.ts';

const TODAY = Date.parse('2026-11-26T12:00:00Z');

const priceToday = (provider: string, model: string) =>
  listedPrice(bundledList, { provider, model, at: TODAY });

it('names the version of the list that is installed', () => {
  expect(BUNDLED_LIST).toBe(`genai-prices@${manifest.dependencies['@pydantic/genai-prices']}`);
});

/** platform.claude.com/docs/en/about-claude/pricing: cache reads at a twentieth of input. */
it('has a price for each class of tokens, in whole pico-dollars', () => {
  expect(priceToday('anthropic', 'claude-opus-5-5')).toEqual({
    base: {
      input: {
        uncached: 4_000_000,
        cacheRead: 200_000,
        cacheWrite5m: 5_000_000,
        cacheWrite1h: 8_000_000,
      },
      output: { text: 20_000_000 },
    },
    serverTools: { web_search: 10_000_000_000, web_fetch: 0, tool_search: 0 },
  });
});

it('keeps the tier of long prompts apart', () => {
  expect(priceToday('openai', 'gpt-6-sol')).toMatchObject({
    base: { input: { uncached: 2_000_000, cacheRead: 200_000 }, output: { text: 10_000_000 } },
    tiers: [
      {
        aboveInputTokens: 272_000,
        input: { uncached: 4_000_000, cacheRead: 400_000, cacheWrite5m: 5_000_000 },
        output: { text: 15_000_000 },
      },
    ],
  });
});

it('prices calls by themselves where a provider does', () => {
  expect(priceToday('perplexity', 'sonar-pro')).toMatchObject({ request: 14_000_000_000 });
});

it.each([
  ['openai', 'a-model-of-tomorrow'],
  ['nobody', 'gpt-4o'],
])('has no price for %s/%s', (provider, model) => {
  expect(priceToday(provider, model)).toBeUndefined();
});
