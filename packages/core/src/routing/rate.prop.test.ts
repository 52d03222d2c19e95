import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FRESH, type RateState, takeOne } from './rate.ts';

const START = 1_700_000_040_000;
const MINUTE = 60_000;

/** Asks at each offset from the start; gives the offsets with what was said. */
function run(limit: number, offsets: readonly number[]) {
  let state: RateState = FRESH;
  return offsets.map((offset) => {
    const [next, decision] = takeOne(state, limit, START + offset);
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

describe('takeOne', () => {
  it('lets through no more than the limit at once and its rate after that, over any span', () => {
    fc.assert(
      fc.property(limit, offsets, (max, times) => {
        const passed = run(max, times).filter(({ decision }) => decision.allowed);
        for (const [first, { offset: from }] of passed.entries()) {
          for (const [last, { offset: to }] of passed.entries()) {
            if (last < first) continue;
            const allowance = max + (to - from) / (MINUTE / max) + 0.001;
            expect(last - first + 1).toBeLessThanOrEqual(allowance);
          }
        }
      }),
    );
  });

  it('lets the whole limit through at once after a quiet minute', () => {
    fc.assert(
      fc.property(limit, offsets, (max, times) => {
        const later = (times.at(-1) ?? 0) + MINUTE;
        const burst = Array.from({ length: max + 1 }, () => later);
        const said = run(max, [...times, ...burst]).slice(times.length);
        expect(said.map(({ decision }) => decision.allowed)).toEqual([
          ...Array.from({ length: max }, () => true),
          false,
        ]);
      }),
    );
  });

  it('is not changed by refused requests', () => {
    fc.assert(
      fc.property(limit, offsets, (max, times) => {
        const passed = run(max, times).filter(({ decision }) => decision.allowed);
        const again = run(
          max,
          passed.map(({ offset }) => offset),
        );
        expect(again).toEqual(passed);
      }),
    );
  });

  it('lets a request through after Retry-After, and not a second sooner', () => {
    fc.assert(
      fc.property(limit, offsets, (max, times) => {
        let state: RateState = FRESH;
        for (const offset of times) {
          const now = START + offset;
          const [next, decision] = takeOne(state, max, now);
          state = next;
          if (decision.retryAfterSeconds === undefined) continue;
          const waitMs = decision.retryAfterSeconds * 1000;
          expect(takeOne(state, max, now + waitMs)[1].allowed).toBe(true);
          if (waitMs > 1000)
            expect(takeOne(state, max, now + waitMs - 1000)[1].allowed).toBe(false);
        }
      }),
    );
  });

  it('keeps nobody out for longer than a minute, however far a clock went back', () => {
    fc.assert(
      fc.property(limit, offsets, fc.nat({ max: 10_000_000 }), (max, times, back) => {
        let state: RateState = FRESH;
        for (const offset of times) state = takeOne(state, max, START + offset)[0];
        const now = START - back;
        const [, decision] = takeOne(state, max, now);
        expect(decision.retryAfterSeconds ?? 0).toBeLessThanOrEqual(60);
      }),
    );
  });

  it('refuses everything at a limit of 0', () => {
    const [, decision] = takeOne(FRESH, 0, START);

    expect(decision).toMatchObject({ allowed: false, remaining: 0, used: 1 });
    expect(decision.retryAfterSeconds).toBe(60);
  });

  it('passes exactly 100 of 101 at once, tells what is left, and one more after 0.6 s', () => {
    const at = [...Array.from({ length: 101 }, () => 0), 599, 600];
    const said = run(100, at).map(({ decision }) => decision);

    expect(said[0]).toEqual({
      allowed: true,
      limit: 100,
      used: 1,
      remaining: 99,
      resetAt: START + 600,
    });
    expect(said[99]).toMatchObject({ allowed: true, remaining: 0, resetAt: START + MINUTE });
    expect(said[100]).toMatchObject({ allowed: false, used: 101, retryAfterSeconds: 1 });
    expect(said.slice(101).map(({ allowed }) => allowed)).toEqual([false, true]);
  });
});
