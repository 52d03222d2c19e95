import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EMPTY_WINDOW, slideWindow, WINDOW_MS, type WindowState } from './sliding-window.ts';

const START = 1_700_000_040_000;

/** Asks at each offset from the start; gives the offsets that passed. */
function run(limit: number, offsets: readonly number[]) {
  let state: WindowState = EMPTY_WINDOW;
  return offsets.map((offset) => {
    const [next, decision] = slideWindow(state, limit, START + offset);
    state = next;
    return { offset, decision };
  });
}

/** Ascending times: the sums of gaps. */
const offsets = fc.array(fc.nat({ max: 20_000 }), { minLength: 1, maxLength: 80 }).map((gaps) => {
  let at = 0;
  return gaps.map((gap) => {
    at += gap;
    return at;
  });
});
const limit = fc.integer({ min: 1, max: 12 });

describe('slideWindow', () => {
  it('never lets more than the limit through within one window', () => {
    fc.assert(
      fc.property(limit, offsets, (max, times) => {
        const perWindow = new Map<number, number>();
        for (const { offset, decision } of run(max, times)) {
          if (!decision.allowed) continue;
          const index = Math.floor((START + offset) / WINDOW_MS);
          perWindow.set(index, (perWindow.get(index) ?? 0) + 1);
        }
        expect(Math.max(0, ...perWindow.values())).toBeLessThanOrEqual(max);
      }),
    );
  });

  it('is not changed by refused requests', () => {
    fc.assert(
      fc.property(limit, offsets, (max, times) => {
        const passed = run(max, times).filter(({ decision }) => decision.allowed);
        expect(
          run(
            max,
            passed.map(({ offset }) => offset),
          ),
        ).toEqual(passed);
      }),
    );
  });

  it('lets a request through after Retry-After, and not a second sooner', () => {
    fc.assert(
      fc.property(limit, offsets, (max, times) => {
        let state: WindowState = EMPTY_WINDOW;
        for (const offset of times) {
          const now = START + offset;
          const [next, decision] = slideWindow(state, max, now);
          state = next;
          if (decision.retryAfterSeconds === undefined) continue;
          const waitMs = decision.retryAfterSeconds * 1000;
          expect(slideWindow(state, max, now + waitMs)[1].allowed).toBe(true);
          if (waitMs > 1000)
            expect(slideWindow(state, max, now + waitMs - 1000)[1].allowed).toBe(false);
        }
      }),
    );
  });

  it('refuses everything at a limit of 0, without promising a moment that never comes', () => {
    const [, decision] = slideWindow(EMPTY_WINDOW, 0, START);

    expect(decision).toMatchObject({ allowed: false, remaining: 0, used: 1 });
    expect(decision.retryAfterSeconds).toBe(120);
  });
});

describe('slideWindow at the predecessor’s numbers', () => {
  it('passes exactly 100 in a window and tells what is left', () => {
    const decisions = run(
      100,
      Array.from({ length: 101 }, () => 0),
    ).map(({ decision }) => decision);

    expect(decisions[0]).toEqual({
      allowed: true,
      limit: 100,
      used: 1,
      remaining: 99,
      resetAt: START + WINDOW_MS - (START % WINDOW_MS),
    });
    expect(decisions[99]).toMatchObject({ allowed: true, remaining: 0 });
    expect(decisions[100]).toMatchObject({ allowed: false, used: 101, remaining: 0 });
  });

  it('counts the carried-over window into Retry-After', () => {
    const [state, refused] = slideWindow(
      { index: START / WINDOW_MS - 1, current: 100, previous: 0 },
      100,
      START,
    );
    expect(refused).toMatchObject({ allowed: false, retryAfterSeconds: 1 });
    expect(slideWindow(state, 100, START + 600)[1].allowed).toBe(true);
  });
});
