import { describe, expect, it } from 'vitest';
import { KNOWN_PROVIDERS } from '../providers/registry.ts';
import { isModelAllowed } from './model-access.ts';
import { type ModelNames, resolveModel } from './resolve-model.ts';

const known = (...wanted: readonly string[]) =>
  KNOWN_PROVIDERS.filter(({ name }) => wanted.includes(name));
const local = { name: 'local', models: [], modelPrefixes: [] };
const names: ModelNames = {
  providers: [...known('openai', 'anthropic', 'cerebras', 'sim'), local],
  aliases: {
    fast: 'openai/gpt-4o-mini',
    bare: 'claude-sonnet-5-5',
    lost: 'nowhere/x',
    loop: 'fast',
  },
};

const placeOf = (name: string, more: Partial<ModelNames> = {}) => {
  const resolved = resolveModel(name, { ...names, ...more });
  return resolved.ok ? `${resolved.value.provider} ${resolved.value.model}` : undefined;
};
const nearOf = (name: string, more: Partial<ModelNames> = {}) => {
  const resolved = resolveModel(name, { ...names, ...more });
  return resolved.ok || resolved.error.kind !== 'model_not_found' ? undefined : resolved.error.near;
};

describe('resolveModel', () => {
  it('refuses a name that is longer than any, without telling it again', () => {
    const resolved = resolveModel(`local/${'m'.repeat(1_000)}`, names);

    expect(resolved).toMatchObject({
      ok: false,
      error: { kind: 'invalid_request', path: 'model' },
    });
    expect(JSON.stringify(resolved)).not.toContain('mmm');
    expect(placeOf(`local/${'m'.repeat(500)}`)).toBe(`local ${'m'.repeat(500)}`);
  });

  it.each([
    ['openai/gpt-9-unheard-of', 'openai gpt-9-unheard-of'],
    ['local/meta/llama-4', 'local meta/llama-4'],
    ['fast', 'openai gpt-4o-mini'],
    ['bare', 'anthropic claude-sonnet-5-5'],
    ['gpt-4o', 'openai gpt-4o'],
    ['claude-9-made-up', 'anthropic claude-9-made-up'],
    ['gpt-oss-120b', 'cerebras gpt-oss-120b'],
    ['ft:gpt-4o-mini-2024-07-18:org::id', 'openai ft:gpt-4o-mini-2024-07-18:org::id'],
  ])('leads %s to %s', (name, place) => {
    expect(placeOf(name)).toBe(place);
  });

  it('says what the client asked for, whatever it stands for', () => {
    expect(resolveModel('fast', names)).toMatchObject({ value: { asked: 'fast' } });
  });

  it.each([
    '',
    '/',
    'openai/',
    '/gpt',
    'nobody-serves-this',
    'groq/llama',
    'lost',
    'loop',
    'toString',
    '__proto__',
  ])('finds nothing for %j', (name) => {
    expect(placeOf(name)).toBeUndefined();
  });

  it('sends a name that nobody or more than one is known for to the default provider', () => {
    const twice = { name: 'other', models: [{ id: 'gpt-4o' }], modelPrefixes: [] };
    const providers = [...names.providers, twice];

    expect(placeOf('meta/llama-4', { defaultProvider: 'local' })).toBe('local meta/llama-4');
    expect(placeOf('gpt-4o', { providers })).toBeUndefined();
    expect(placeOf('gpt-4o', { providers, defaultProvider: 'other' })).toBe('other gpt-4o');
  });

  it.each([
    ['gpt-4o-mimi', ['gpt-4o-mini']],
    ['claude-3-5-sonnet', ['claude-3-5-sonnet-20241022']],
    ['clade-opus-5-5', ['claude-opus-5-5']],
    ['fasst', ['fast']],
    ['opnai/gpt-4o', ['openai/gpt-4o']],
    ['quite-another-thing', []],
  ])('names what may have been meant by %s', (name, expected) => {
    // Without prefixes, so that a wrong name is not taken for a new model.
    const providers = names.providers.map((provider) => ({ ...provider, modelPrefixes: [] }));
    expect(nearOf(name, { providers })?.slice(0, 1)).toEqual(expected);
    expect(nearOf(name, { providers })?.length).toBeLessThanOrEqual(3);
  });

  it('does not compare a name that nobody can have mistyped', () => {
    expect(nearOf('x'.repeat(500))).toEqual([]);
  });

  it('hints at no name that this key may not use', () => {
    const providers = names.providers.map((provider) => ({ ...provider, modelPrefixes: [] }));
    const identity = { allowedModels: ['anthropic/*'] };
    const visible = (place: Parameters<typeof isModelAllowed>[1]) =>
      isModelAllowed(identity, place);

    expect(nearOf('gpt-4o-mimi', { providers, visible })).toEqual([]);
    expect(nearOf('fasst', { providers, visible })).toEqual([]);
    expect(nearOf('clade-opus-5-5', { providers, visible })).toContain('claude-opus-5-5');
  });
});

describe('isModelAllowed', () => {
  const place = { asked: 'fast', provider: 'openai', model: 'gpt-4o-mini' };

  it('lets a key without a list use everything, and one with an empty list nothing', () => {
    expect(isModelAllowed({}, place)).toBe(true);
    expect(isModelAllowed({ allowedModels: [] }, place)).toBe(false);
  });

  it.each([
    ['fast', true],
    ['gpt-4o-mini', true],
    ['gpt-4o*', true],
    ['*', true],
    ['openai/*', true],
    ['openai/gpt-4o-mini', true],
    ['gpt-4o', false],
    ['anthropic/*', false],
    ['openai/gpt-4o', false],
    ['openai', false],
  ])('holds %s against an alias of openai/gpt-4o-mini: %s', (pattern, expected) => {
    expect(isModelAllowed({ allowedModels: [pattern] }, place)).toBe(expected);
  });

  it('does not take another provider’s model for one of the provider it is named after', () => {
    const elsewhere = { asked: 'openai/gpt-oss', provider: 'groq', model: 'openai/gpt-oss' };

    expect(isModelAllowed({ allowedModels: ['openai/*'] }, elsewhere)).toBe(false);
  });
});
