import { describe, expect, it } from 'vitest';
import { createManualClock } from '../test-support/manual-clock.ts';
import { createMemorySessionStore } from './memory-session-store.ts';

const session = { provider: 'openai', model: 'gpt-4o', tier: 'simple', createdAt: 0 } as const;

describe('createMemorySessionStore', () => {
  it('keeps the same conversation id of two callers apart', async () => {
    const store = createMemorySessionStore(createManualClock(), { ttlSeconds: 60 });

    await store.save('ann', 'c1', session);

    expect(await store.find('ann', 'c1')).toEqual(session);
    expect(await store.find('bob', 'c1')).toBeUndefined();
    expect(await store.find('ann:c', '1')).toBeUndefined();
  });

  it('renews the lifetime at each use and forgets a session that was not used for it', async () => {
    const clock = createManualClock();
    const store = createMemorySessionStore(clock, { ttlSeconds: 60 });
    await store.save('ann', 'c1', session);

    clock.advance(59_000);
    expect(await store.find('ann', 'c1')).toEqual(session);
    clock.advance(59_000);
    expect(await store.find('ann', 'c1')).toEqual(session);
    clock.advance(61_000);
    expect(await store.find('ann', 'c1')).toBeUndefined();
  });

  it('forgets the session unused for longest beyond its bound', async () => {
    const store = createMemorySessionStore(createManualClock(), { ttlSeconds: 60, maxSessions: 2 });

    for (const id of ['c1', 'c2', 'c3']) await store.save('ann', id, session);

    expect(await store.find('ann', 'c1')).toBeUndefined();
    expect(await store.find('ann', 'c3')).toEqual(session);
  });
});
