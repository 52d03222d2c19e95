import { VirtualClock } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import { createCircuitBreaker } from './circuit-breaker.ts';

class Refusal extends Error {}

function breakable() {
  const clock = new VirtualClock();
  const state = { answers: true, asked: 0, probes: 0, opened: 0 };
  const breaker = createCircuitBreaker({
    clock,
    probe: async () => {
      state.probes += 1;
      if (!state.answers) throw new Error('away');
    },
    isAnswer: (error) => error instanceof Refusal,
    onOpen: () => {
      state.opened += 1;
    },
  });
  const ask = () =>
    breaker.run(async () => {
      state.asked += 1;
      if (!state.answers) throw new Error('away');
      return 'answer';
    });
  return { clock, state, breaker, ask };
}

describe('a circuit', () => {
  it('opens after three failures in a row, and then asks no more', async () => {
    const { state, breaker, ask } = breakable();
    state.answers = false;

    for (let at = 0; at < 5; at += 1) await expect(ask()).rejects.toThrow();

    expect(state.asked).toBe(3);
    expect(breaker.isOpen()).toBe(true);
    await expect(ask()).rejects.toThrow('not asked');
  });

  it('stays closed where an answer comes in between, be it a refusal', async () => {
    const { state, breaker, ask } = breakable();
    for (let at = 0; at < 9; at += 1) {
      state.answers = at % 3 === 2;
      await ask().catch(() => undefined);
    }
    expect(breaker.isOpen()).toBe(false);

    const refuse = () => breaker.run(() => Promise.reject(new Refusal('no')));
    for (let at = 0; at < 9; at += 1) await expect(refuse()).rejects.toThrow('no');
    expect(breaker.isOpen()).toBe(false);
  });

  it('is probed each second, by no call, and closes with the first answer', async () => {
    const { clock, state, breaker, ask } = breakable();
    state.answers = false;
    for (let at = 0; at < 3; at += 1) await expect(ask()).rejects.toThrow('away');

    await clock.advance(1_000);
    expect(breaker.isOpen()).toBe(true);
    state.answers = true;
    await clock.advance(1_000);

    expect(state).toMatchObject({ asked: 3, probes: 2, opened: 2 });
    expect(breaker.isOpen()).toBe(false);
    expect(await ask()).toBe('answer');
  });

  it('is probed no more once it is done with', async () => {
    const { clock, state, breaker, ask } = breakable();
    state.answers = false;
    for (let at = 0; at < 3; at += 1) await expect(ask()).rejects.toThrow('away');

    breaker.close();
    await clock.advance(5_000);

    expect(state.probes).toBe(0);
  });
});
