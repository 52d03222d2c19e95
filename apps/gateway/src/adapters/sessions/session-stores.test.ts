import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenedEngine, testedEngines } from '../../../test/support/engines.ts';
import type { SessionStore } from '../../ports/session-store.ts';
import { createSqlKeptStore } from '../sql/sql-kept-store.ts';
import { createManualClock, type ManualClock } from '../test-support/manual-clock.ts';
import { createKeptSessionStore } from './kept-session-store.ts';
import { createMemorySessionStore } from './memory-session-store.ts';

const session = { provider: 'openai', model: 'gpt-4o', tier: 'simple', createdAt: 0 } as const;

const [sqlite] = await testedEngines();
let opened: OpenedEngine | undefined;
let clock: ManualClock;
beforeEach(async () => {
  opened = await sqlite?.open();
  clock = createManualClock();
});
afterEach(() => opened?.[Symbol.asyncDispose]());

const keptStore = (): SessionStore => {
  if (opened === undefined) throw new Error('no database');
  return createKeptSessionStore(createSqlKeptStore(opened.db, { clock }), clock, {
    ttlSeconds: 60,
  });
};

describe.each([
  ['in memory', () => createMemorySessionStore(clock, { ttlSeconds: 60 })],
  ['kept for all gateways', keptStore],
])('sessions %s', (_where, storeOf) => {
  it('keep the same conversation id of two callers apart', async () => {
    const store = storeOf();

    await store.save('ann', 'c1', session);

    expect(await store.find('ann', 'c1')).toEqual(session);
    expect(await store.find('bob', 'c1')).toBeUndefined();
    expect(await store.find('ann:c', '1')).toBeUndefined();
  });

  it('renew their lifetime at each use, and are forgotten when not used for it', async () => {
    const store = storeOf();
    await store.save('ann', 'c1', session);

    clock.advance(59_000);
    expect(await store.find('ann', 'c1')).toEqual(session);
    clock.advance(59_000);
    expect(await store.find('ann', 'c1')).toEqual(session);
    clock.advance(68_000);
    expect(await store.find('ann', 'c1')).toBeUndefined();
  });

  it('last as long after a use that came right after another', async () => {
    const store = storeOf();
    await store.save('ann', 'c1', session);

    clock.advance(5_000);
    expect(await store.find('ann', 'c1')).toEqual(session);
    clock.advance(59_000);
    expect(await store.find('ann', 'c1')).toEqual(session);
  });

  it('take conversations with ids of any length and letters', async () => {
    const store = storeOf();
    const id = `\0${'x'.repeat(10_000)}`;

    await store.save('ann', id, session);

    expect(await store.find('ann', id)).toEqual(session);
  });
});

describe('sessions in memory', () => {
  it('are forgotten beyond their bound, the one unused for longest first', async () => {
    const store = createMemorySessionStore(clock, { ttlSeconds: 60, maxSessions: 2 });

    for (const id of ['c1', 'c2', 'c3']) await store.save('ann', id, session);

    expect(await store.find('ann', 'c1')).toBeUndefined();
    expect(await store.find('ann', 'c3')).toEqual(session);
  });
});
