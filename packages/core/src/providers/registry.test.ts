import { describe, expect, it } from 'vitest';
import { abilityOf } from './ability-of.ts';
import { endpointUrl } from './endpoint-url.ts';
import { placed } from './placed.ts';
import { KNOWN_PROVIDERS, SIMULATED_PROVIDER } from './registry.ts';

const duplicates = (names: readonly string[]): readonly string[] =>
  names.filter((name, index) => names.indexOf(name) !== index);

/** What an operator says where an address leaves a place for it. */
const WORDS = {
  resource: 'mine',
  region: 'eu-west-1',
  project: 'p-1',
  location: 'global',
  apiVersion: '2025-04-01-preview',
};

describe('KNOWN_PROVIDERS', () => {
  it('names each provider and each key variable once', () => {
    expect(duplicates(KNOWN_PROVIDERS.map(({ name }) => name))).toEqual([]);
    expect(duplicates(KNOWN_PROVIDERS.flatMap(({ keyVariables }) => keyVariables))).toEqual([]);
  });

  it.each(KNOWN_PROVIDERS)(
    'gives $name one valid address for each dialect it speaks',
    (provider) => {
      expect(provider.dialects.length).toBeGreaterThan(0);
      expect(Object.keys(provider.baseUrl).sort()).toEqual([...provider.dialects].sort());
      const here = placed(provider, WORDS);
      expect(here.ok).toBe(true);
      for (const address of Object.values(here.ok ? here.value.baseUrl : {})) {
        expect(address).not.toMatch(/[{}]/);
        const url = new URL(address);
        expect(['https:', 'http:']).toContain(url.protocol);
        expect(url.protocol === 'http:').toBe(provider.auth === 'none');
        expect(address).not.toMatch(/\/$/);
      }
    },
  );

  it.each(KNOWN_PROVIDERS)('asks for a key exactly where $name takes one', (provider) => {
    expect(provider.keyVariables.length > 0).toBe(provider.auth !== 'none');
    for (const name of provider.keyVariables)
      expect(name).toMatch(/^[A-Z0-9_]+_(?:API_KEY|TOKEN|BEARER_TOKEN_BEDROCK)$/);
  });

  it('never claims one prefix for two providers', () => {
    const claims = KNOWN_PROVIDERS.flatMap(({ name, modelPrefixes }) =>
      modelPrefixes.map((prefix) => ({ name, prefix })),
    );
    const clashes = claims.flatMap((claim) =>
      claims.filter((other) => other.name !== claim.name && other.prefix.startsWith(claim.prefix)),
    );
    expect(claims.length).toBeGreaterThan(10);
    expect(clashes).toEqual([]);
  });

  it('lists each model once, wherever it is served', () => {
    const ids = KNOWN_PROVIDERS.flatMap(({ models }) => models.map(({ id }) => id));
    expect(duplicates(ids)).toEqual([]);
  });

  it.each(KNOWN_PROVIDERS)(
    'asks no word of $name’s operator that its addresses lack',
    (provider) => {
      const variants = (provider.variants ?? []).map(({ change }) => change);
      const text = JSON.stringify([provider, ...variants]);
      for (const word of Object.keys(provider.words ?? {})) {
        expect(text).toContain(`{${word}}`);
      }
      expect(placed(provider, {}).ok).toBe(
        !/\{(resource|region|project|location|host)\}/.test(JSON.stringify(provider.baseUrl)),
      );
    },
  );

  it('has what the predecessor listed, with its dates', () => {
    const created = new Map(
      KNOWN_PROVIDERS.flatMap(({ models }) => models.map((model) => [model.id, model.created])),
    );
    expect(created.get('gpt-4o-mini')).toBe(1706745600);
    expect(created.get('gpt-4')).toBe(1687882411);
    expect(created.get('claude-3-5-haiku-20241022')).toBe(1729555200);
    expect(created.get('claude-3-opus-20240229')).toBe(1709164800);
  });

  it('lists the echo first at the simulated provider', () => {
    const simulated = KNOWN_PROVIDERS.find(({ name }) => name === SIMULATED_PROVIDER);
    expect(simulated?.models[0]?.id).toBe('echo');
  });

  it('says how much each Claude may write: its API wants a limit, and a guess cuts answers off', () => {
    const claude = KNOWN_PROVIDERS.find(({ name }) => name === 'anthropic');

    expect(claude?.models.filter(({ ability }) => ability?.maxOutputTokens === undefined)).toEqual(
      [],
    );
  });
});

describe('abilityOf', () => {
  const models = [
    { id: 'm-1', ability: { images: false } },
    { id: 'm-1-20240229', ability: { tools: false } },
  ];

  it.each([
    ['m-1', { images: false }],
    ['m-1-20250929', { images: false }],
    ['m-1-2025-09-29', { images: false }],
    ['m-1-latest', { images: false }],
    ['m-1-20240229', { tools: false }],
    ['m-1-mini', {}],
    ['constructor', {}],
  ])('knows %s by its name or without its release', (model, ability) => {
    expect(abilityOf({ models }, model)).toEqual(ability);
  });
});

describe('the ability of another maker’s model', () => {
  const models = [{ id: 'opus', ability: { sampling: false } }];
  const provider = {
    models: [{ id: 'x.plain' }],
    resold: [{ name: /x\.(\w+?)(?:-v1)?$/, models }],
  };

  it.each([
    ['us.x.opus-v1', { sampling: false }],
    ['x.opus', { sampling: false }],
    ['x.sonnet', {}],
    ['y.opus', {}],
    ['x.plain', {}],
  ])('is what is known of %s under its own name', (model, ability) => {
    expect(abilityOf(provider, model)).toEqual(ability);
  });
});

describe('endpointUrl', () => {
  it.each([
    ['https://api.anthropic.com', '/v1/messages', 'https://api.anthropic.com/v1/messages'],
    ['https://api.anthropic.com/v1/', '/v1/messages', 'https://api.anthropic.com/v1/messages'],
    ['http://h:1/v1', '/chat/completions', 'http://h:1/v1/chat/completions'],
    ['https://h/v1beta/openai', '/v1/messages', 'https://h/v1beta/openai/v1/messages'],
    ['https://h/v1beta', '/v1beta/models/m:f', 'https://h/v1beta/models/m:f'],
    ['https://h/', '/v1beta/models/m:f', 'https://h/v1beta/models/m:f'],
  ])('joins %s and %s', (base, path, url) => {
    expect(endpointUrl({ baseUrl: { 'openai-chat': base } }, 'openai-chat', path)).toBe(url);
  });

  it.each([
    ['https://api.groq.com', 'https://api.groq.com/openai/v1/chat/completions'],
    ['https://api.groq.com/openai/v1', 'https://api.groq.com/openai/v1/chat/completions'],
  ])('accepts %s, as the provider’s own client or as look-alikes write it', (base, url) => {
    const provider = { baseUrl: { 'openai-chat': base }, basePath: '/openai/v1' };
    expect(endpointUrl(provider, 'openai-chat', '/chat/completions')).toBe(url);
  });

  it('gives nothing where there is no address', () => {
    const provider = { baseUrl: { 'openai-chat': 'api.example.com' } };
    expect(endpointUrl(provider, 'openai-chat', '/x')).toBeUndefined();
    expect(endpointUrl(provider, 'anthropic-messages', '/x')).toBeUndefined();
  });
});
