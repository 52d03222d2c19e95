import { describe, expect, it } from 'vitest';
import { createManualClock } from '../adapters/test-support/manual-clock.ts';
import { begun } from './begun.ts';
import { keptAlive } from './kept-alive.ts';

const keepAlive = { event: 'ping', data: '{}' };
const PING = 'event: ping\ndata: {}\n\n';

/** Frames that come when the test says so. */
function source() {
  const waiting: PromiseWithResolvers<string | undefined>[] = [];
  const take = () => {
    const next = Promise.withResolvers<string | undefined>();
    waiting.push(next);
    return next.promise;
  };
  let isClosed = false;
  async function* frames(): AsyncGenerator<string, void> {
    try {
      yield '';
      for (let next = await take(); next !== undefined; next = await take()) yield next;
    } finally {
      isClosed = true;
    }
  }
  return {
    begun: () => begun(frames()),
    say: (frame?: string) => waiting.shift()?.resolve(frame),
    isClosed: () => isClosed,
  };
}

async function start() {
  const clock = createManualClock();
  const from = source();
  const kept = await begun(keptAlive(await from.begun(), { clock, keepAlive }));
  const next = async () => (await kept.next()).value;
  return { clock, from, kept, next };
}

describe('keptAlive', () => {
  it('says a comment before the first frame and the dialect’s word after it, each 15 s', async () => {
    const { clock, from, next } = await start();

    const before = next();
    clock.advance(15_000);
    expect(await before).toBe(': waiting\n\n');
    const first = next();
    from.say('one');
    expect(await first).toBe('one');
    const after = next();
    clock.advance(14_999);
    clock.advance(1);
    expect(await after).toBe(PING);
    const again = next();
    clock.advance(15_000);
    expect(await again).toBe(PING);
  });

  it('counts the silence from the last frame, and says nothing to who isn’t reading', async () => {
    const { clock, from, next } = await start();

    const first = next();
    clock.advance(14_000);
    from.say('one');
    expect(await first).toBe('one');
    clock.advance(60_000);
    expect(clock.waiting()).toBe(0);
    const second = next();
    clock.advance(14_000);
    from.say('two');
    expect(await second).toBe('two');
  });

  it('ends with its frames, without a timer', async () => {
    const { clock, from, kept } = await start();

    const last = kept.next();
    from.say();

    expect(await last).toEqual({ value: undefined, done: true });
    expect([clock.waiting(), from.isClosed()]).toEqual([0, true]);
  });

  it('closes its frames when its reader leaves, before the first and after a ping', async () => {
    const unread = await start();
    await unread.kept.return();
    expect(unread.from.isClosed()).toBe(true);

    const { clock, from, kept, next } = await start();
    const silent = next();
    clock.advance(15_000);
    await silent;
    const left = kept.return();
    from.say('too late');
    await left;

    expect([clock.waiting(), from.isClosed()]).toEqual([0, true]);
  });
});
