import { describe, expect, it } from 'vitest';
import { createIds } from './create-ids.ts';

describe('createIds', () => {
  it('makes call ids that are version 7 and sort by the time of their making', () => {
    const ids = createIds();
    const made = Array.from({ length: 2000 }, () => ids.callId());

    expect(made[0]).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(made).toEqual([...made].sort());
    expect(new Set(made).size).toBe(made.length);
  });

  it('keeps the prefix and repeats no id across a refill of its pool', () => {
    const ids = createIds();
    const made = Array.from({ length: 5000 }, () => ids.prefixed('chatcmpl-'));

    expect(made.every((id) => /^chatcmpl-[0-9a-f]{24}$/.test(id))).toBe(true);
    expect(new Set(made).size).toBe(made.length);
  });

  it('draws numbers from zero up to, and without, one', () => {
    const ids = createIds();
    const drawn = Array.from({ length: 5000 }, () => ids.random());

    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...drawn)).toBeLessThan(1);
    expect(drawn.reduce((sum, value) => sum + value, 0) / drawn.length).toBeCloseTo(0.5, 1);
  });
});
