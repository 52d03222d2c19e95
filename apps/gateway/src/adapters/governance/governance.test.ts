import { err, ok } from '@tollgate/core';
import type { StoredKey } from '@tollgate/core/directory';
import type { TierConfig } from '@tollgate/core/governance';
import { describe, expect, it } from 'vitest';
import type { Governance } from '../../ports/governance.ts';
import type { KeyIndex } from '../../ports/key-store.ts';
import { createManualClock } from '../test-support/manual-clock.ts';
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
  version: 1,
  organisationId: 'org_1',
  teamId: 'team_1',
  userId: 'user_1',
  tags: ['env:prod'],
  metadata: { cost: 'centre 7' },
  allowedModels: ['openai/*'],
};

const EXPIRES_AT = 1_000_000;
const keys: ReadonlyMap<string, StoredKey> = new Map([
  ['tg_known', stored],
  ['off', { ...stored, disabled: true }],
  ['short', { ...stored, expiresAt: EXPIRES_AT }],
]);
const keyIndex: KeyIndex = { find: (plaintext) => Promise.resolve(ok(keys.get(plaintext))) };
const clock = createManualClock(EXPIRES_AT - 1);

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
    quotas: () => [],
    refused: () => undefined,
    tiers: () => tiers,
    status: () => Promise.resolve({ name: 'zion', status: 'healthy' }),
    close: () => Promise.resolve(),
  };
}

const down = err({ kind: 'governance_unavailable', detail: 'x', retryAfterSeconds: 1 } as const);

describe('createLocalGovernance', () => {
  it('knows a key as what it may do, without a limit that nobody set', async () => {
    const governance = createLocalGovernance({ keyIndex, clock, tiers: none });

    expect(await governance.authenticate('tg_known', signal)).toEqual(
      ok({
        keyId: 'key_1',
        keyName: 'app',
        role: 'member',
        source: 'local',
        subject: 'key:key_1',
        organisationId: 'org_1',
        teamId: 'team_1',
        userId: 'user_1',
        tags: ['env:prod'],
        metadata: { cost: 'centre 7' },
        allowedModels: ['openai/*'],
      }),
    );
    expect(await governance.authenticate('other', signal)).toMatchObject({
      error: { kind: 'invalid_key' },
    });
  });

  it('gives keys the limit of the configuration where they have none of their own', async () => {
    const governance = createLocalGovernance({
      keyIndex,
      clock,
      tiers: none,
      requestsPerMinute: 7,
    });

    expect(await governance.authenticate('tg_known', signal)).toMatchObject({
      value: { requestsPerMinute: 7 },
    });
  });
});

describe('a key that is disabled or has expired', () => {
  it.each([
    ['off', 'The key is disabled.'],
    ['short', 'The key has expired.'],
  ])('is refused by the clock, and never sent on to the service: %s', async (key, detail) => {
    const late = createManualClock(EXPIRES_AT);
    const local = createLocalGovernance({ keyIndex, clock: late, tiers: none });
    const theirs = service(Promise.resolve(ok(some)));

    const refused = err({ kind: 'invalid_key', detail });
    expect(await local.authenticate(key, signal)).toEqual(refused);
    expect(await createCombinedGovernance(local, theirs).authenticate(key, signal)).toEqual(
      refused,
    );
    expect(theirs.asked).toEqual([]);
  });

  it('is taken until the very instant', async () => {
    const local = createLocalGovernance({ keyIndex, clock, tiers: none });

    expect(await local.authenticate('short', signal)).toMatchObject({
      value: { expiresAt: EXPIRES_AT },
    });
  });
});

describe('createCombinedGovernance', () => {
  it('never sends a key on that is known here, or looks as if it were ours', async () => {
    const theirs = service(Promise.resolve(ok(some)));
    const governance = createCombinedGovernance(
      createLocalGovernance({ keyIndex, clock, tiers: none }),
      theirs,
    );

    expect(await governance.authenticate('tg_known', signal)).toMatchObject({ ok: true });
    expect(await governance.authenticate('tg_unknown', signal)).toMatchObject({ ok: false });
    await governance.authenticate('a.jwt.token', signal);

    expect(theirs.asked).toEqual(['a.jwt.token']);
  });

  it('admits a local key without asking the service', async () => {
    const local = createLocalGovernance({ keyIndex, clock, tiers: none });
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
      createLocalGovernance({ keyIndex, clock, tiers: ours }),
      service(Promise.resolve(theirs)),
    );

    expect(await governance.tiers()).toEqual(expected);
  });
});
