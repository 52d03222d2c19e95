import { describe, expect, it } from 'vitest';
import type { ProviderConfig } from '../../config/config.ts';
import { Secret } from '../../config/secret.ts';
import { withAccounts } from './with-accounts.ts';

const provider = (fields: Partial<ProviderConfig>): ProviderConfig => ({
  name: 'p',
  dialects: ['openai-chat'],
  baseUrl: {},
  auth: 'bearer',
  keyVariables: [],
  quirks: {},
  models: [],
  modelPrefixes: [],
  transport: 'http',
  apiKey: new Secret('key-1'),
  ...fields,
});
const accountsOf = (providers: readonly ProviderConfig[], secret = 'secret') =>
  withAccounts(providers, new Secret(secret)).map(({ account }) => account);

describe('withAccounts', () => {
  it('gives the same key the same account, and another key another', () => {
    const [one, again, other] = accountsOf([
      provider({}),
      provider({ name: 'q' }),
      provider({ apiKey: new Secret('key-2') }),
    ]);

    expect(one).toMatch(/^[\w-]{8}$/);
    expect(again).toBe(one);
    expect(other).not.toBe(one);
  });

  it('lets a configured account outlast its keys', () => {
    const [one, rotated] = accountsOf([
      provider({ account: 'team' }),
      provider({ account: 'team', apiKey: new Secret('key-2') }),
    ]);

    expect([one, rotated]).toEqual(['team', 'team']);
  });

  it('names no account where there is no key, and tells nothing of a key without the secret', () => {
    const [none] = accountsOf([provider({ apiKey: undefined })]);

    expect(none).toBeUndefined();
    expect(accountsOf([provider({})], 'another')).not.toEqual(accountsOf([provider({})]));
  });
});
