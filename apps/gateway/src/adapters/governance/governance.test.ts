import { err, ok } from '@tollgate/core';
import type { TierConfig } from '@tollgate/core/governance';
import { describe, expect, it } from 'vitest';
import type { Governance } from '../../ports/governance.ts';
import type { KeyStore, StoredKey } from '../../ports/key-store.ts';
import { createCombinedGovernance } from './combined-governance.ts';
import { createLocalGovernance } from './local-governance.ts';

const signal = new AbortController().signal;
const none: TierConfig = { simple: [], moderate: [], complex: [] };
const some: TierConfig = {
  ...none,
  simple: [{ provider: 'openai', model: 'gpt-4o-mini', relativeCost: 1 }],
};
const stored: StoredKey = {
  id: 'key_1',
  name: 'app',
  role: 'member',
  hint: 'tg_…',
  createdAt: 0,
  allowedModels: ['openai/*'],
};

const keyStore: KeyStore = {
  create: () => Promise.reject(new Error('not used')),
  find: (plaintext) => Promise.resolve(plaintext === 'tg_known' ? stored : undefined),
  list: () => Promise.resolve([stored]),
  revoke: () => Promise.resolve(false),
};

function service(
  tiers: ReturnType<Governance['tiers']>,
): Governance & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    authenticate: (key) => {
      asked.push(key);
      return Promise.resolve(err({ kind: 'invalid_key', detail: 'theirs' }));
    },
    admit: () => Promise.resolve(err({ kind: 'forbidden', detail: 'theirs' })),
    tiers: () => tiers,
    status: () => Promise.resolve({ name: 'zion', status: 'healthy' }),
    close: () => Promise.resolve(),
  };
}

const down = err({ kind: 'governance_unavailable', detail: 'x', retryAfterSeconds: 1 } as const);

describe('createLocalGovernance', () => {
  it('knows a key as what it may do, without a limit that nobody set', async () => {
    const governance = createLocalGovernance({ keyStore, tiers: none });

    expect(await governance.authenticate('tg_known', signal)).toEqual(
      ok({
        keyId: 'key_1',
        keyName: 'app',
        role: 'member',
        source: 'local',
        subject: 'key:key_1',
        allowedModels: ['openai/*'],
      }),
    );
    expect(await governance.authenticate('other', signal)).toMatchObject({
      error: { kind: 'invalid_key' },
    });
  });

  it('gives keys the limit of the configuration where they have none of their own', async () => {
    const governance = createLocalGovernance({ keyStore, tiers: none, requestsPerMinute: 7 });

    expect(await governance.authenticate('tg_known', signal)).toMatchObject({
      value: { requestsPerMinute: 7 },
    });
  });
});

describe('createCombinedGovernance', () => {
  it('never sends a key on that is known here, or looks as if it were ours', async () => {
    const theirs = service(Promise.resolve(ok(some)));
    const governance = createCombinedGovernance(
      createLocalGovernance({ keyStore, tiers: none }),
      theirs,
    );

    expect(await governance.authenticate('tg_known', signal)).toMatchObject({ ok: true });
    expect(await governance.authenticate('tg_unknown', signal)).toMatchObject({ ok: false });
    await governance.authenticate('a.jwt.token', signal);

    expect(theirs.asked).toEqual(['a.jwt.token']);
  });

  it('admits a local key without asking the service', async () => {
    const local = createLocalGovernance({ keyStore, tiers: none });
    const governance = createCombinedGovernance(local, service(Promise.resolve(ok(some))));
    const found = await governance.authenticate('tg_known', signal);
    if (!found.ok) throw new Error('no identity');

    expect(await governance.admit(found.value, signal)).toEqual(ok(undefined));
    expect(await governance.admit({ ...found.value, source: 'zion' }, signal)).toMatchObject({
      error: { kind: 'forbidden' },
    });
  });

  it.each([
    ["the service's, when it has answered", ok(none), some, ok(none)],
    ['ours, until it has', down, some, ok(some)],
    ['none, when neither has any', down, none, down],
  ])('takes for tiers %s', async (_what, theirs, ours, expected) => {
    const governance = createCombinedGovernance(
      createLocalGovernance({ keyStore, tiers: ours }),
      service(Promise.resolve(theirs)),
    );

    expect(await governance.tiers()).toEqual(expected);
  });
});
