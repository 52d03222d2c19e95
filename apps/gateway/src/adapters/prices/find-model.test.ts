import { calcPrice } from '@pydantic/genai-prices';
import { describe, expect, it } from 'vitest';
import { bundledList } from './bundled-list.ts';
import { findAmounts } from './find-model.ts';
import { parsePriceList } from './price-list-wire.ts';

const PROVIDERS = bundledList.providers.map(({ id }) => id);
const NAMES = bundledList.providers.flatMap(({ models }) =>
  models.flatMap(({ id }) => [id, `${id}-20250929`, id.toUpperCase()]),
);
const INSTANTS = ['2026-11-26T02:00:00Z', '2026-11-26T12:00:00Z', '2025-01-01T17:00:00Z'];

describe('a model’s price in a list', () => {
  it('is the one that the list’s own package finds, for every provider, name and hour', () => {
    const differing: string[] = [];
    for (const provider of [...PROVIDERS, 'amazon-bedrock', 'nobody']) {
      const models =
        bundledList.providers.find(({ id }) => id === provider)?.models.map(({ id }) => id) ?? [];
      for (const model of [...models, ...NAMES.filter((_name, at) => at % 23 === 0)]) {
        for (const at of INSTANTS) {
          const ours = findAmounts(bundledList.providers, { provider, model, at: Date.parse(at) });
          const theirs = calcPrice({}, model, { providerId: provider, timestamp: new Date(at) });
          if (JSON.stringify(ours) !== JSON.stringify(theirs?.model_price)) {
            differing.push(`${provider}/${model} at ${at}`);
          }
        }
      }
    }
    expect(differing).toEqual([]);
  });
});

describe('a published list', () => {
  const list = (model: object) =>
    JSON.stringify([{ id: 'openai', name: 'OpenAI', api_pattern: '', models: [model] }]);
  const match = { equals: 'one' };
  const prices = { input_mtok: 1 };

  it('is read as the bundled one is', () => {
    const read = parsePriceList(JSON.stringify(bundledList.providers));

    expect(read.ok && read.value.length).toBe(PROVIDERS.length);
  });

  it.each([
    ['{"a":', 'it is no JSON'],
    ['{}', 'at its top'],
    ['[]', 'at its top'],
    [list({ id: 'one', match, prices: { input_mtok: -1 } }), 'at 0.models.0.prices'],
    [list({ id: 'one', match, prices: { input_mtok: '1' } }), 'at 0.models.0.prices'],
    [list({ id: 'one', match: { regex: '(a+)+$' }, prices }), 'at 0.models.0.match'],
    [list({ id: 'one', match: { regex: '(a{1,50}){1,50}' }, prices }), 'at 0.models.0.match'],
    [list({ id: 'one', match: { regex: '(a|aa){30}' }, prices }), 'at 0.models.0.match'],
    [list({ id: 'one', match: { regex: '(' }, prices }), 'at 0.models.0.match'],
    [list({ id: 'one', match: { sounds_like: 'one' }, prices }), 'at 0.models.0.match'],
    [list({ id: 'one', match, prices: [{ constraint: { moon: 'full' }, prices }] }), 'at 0.models'],
  ])('is refused, saying where, when it is %s', (text, why) => {
    expect(parsePriceList(text)).toEqual({ ok: false, error: expect.stringContaining(why) });
  });
});
