import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PERIODS, type Period } from './budget.ts';
import { counterIn, windowOf } from './window.ts';

const shown = (per: Period, timeZone: string, at: string) => {
  const { start, end } = windowOf({ per, timeZone }, Date.parse(at));
  const iso = (instant: number) => new Date(instant).toISOString().replace(':00.000Z', 'Z');
  return `${iso(start)} ${end === undefined ? 'never' : iso(end)}`;
};

describe('the window of a budget', () => {
  it.each<[Period, string, string, string]>([
    ['minute', 'UTC', '2026-11-26T13:14:15Z', '2026-11-26T13:14Z 2026-11-26T13:15Z'],
    ['hour', 'UTC', '2026-11-26T13:14:15Z', '2026-11-26T13:00Z 2026-11-26T14:00Z'],
    ['hour', 'Asia/Kolkata', '2026-11-26T13:14:15Z', '2026-11-26T12:30Z 2026-11-26T13:30Z'],
    ['day', 'UTC', '2026-11-26T23:59:59.999Z', '2026-11-26T00:00Z 2026-11-27T00:00Z'],
    ['day', 'Europe/Berlin', '2026-11-26T23:00:00Z', '2026-11-26T23:00Z 2026-11-27T23:00Z'],
    ['week', 'UTC', '2026-11-29T23:00:00Z', '2026-11-23T00:00Z 2026-11-30T00:00Z'],
    ['week', 'UTC', '2026-11-30T00:00:00Z', '2026-11-30T00:00Z 2026-12-07T00:00Z'],
    ['month', 'UTC', '2028-02-29T12:00:00Z', '2028-02-01T00:00Z 2028-03-01T00:00Z'],
    ['month', 'Pacific/Auckland', '2026-12-31T12:00:00Z', '2026-12-31T11:00Z 2027-01-31T11:00Z'],
    ['life', 'UTC', '2026-11-26T13:14:15Z', '1970-01-01T00:00Z never'],
  ])('of a %s in %s at %s is %s', (per, timeZone, at, expected) => {
    expect(shown(per, timeZone, at)).toBe(expected);
  });

  it.each<[string, string, string, number]>([
    ['spring has 23 hours', 'Europe/Berlin', '2026-03-29T12:00:00Z', 23],
    ['autumn has 25 hours', 'Europe/Berlin', '2026-10-25T12:00:00Z', 25],
    ['a zone whose midnight is skipped begins at one', 'Asia/Beirut', '2026-03-29T12:00:00Z', 23],
    ['half an hour of change is 24.5 hours', 'Australia/Lord_Howe', '2026-04-05T03:00:00Z', 24.5],
  ])('that is a day in %s', (_name, timeZone, at, hours) => {
    const { start, end = 0 } = windowOf({ per: 'day', timeZone }, Date.parse(at));
    expect((end - start) / 3_600_000).toBe(hours);
  });

  const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Pacific/Apia'];
  const instant = fc.integer({ min: Date.UTC(2011, 0), max: Date.UTC(2040, 0) });

  it('holds its instant, and is the same at its first and its last', () => {
    const period = fc.constantFrom(...PERIODS);
    const zone = fc.constantFrom(...zones, 'Australia/Lord_Howe');
    fc.assert(
      fc.property(period, zone, instant, (per, timeZone, at) => {
        const window = windowOf({ per, timeZone }, at);
        expect(window.start).toBeLessThanOrEqual(at);
        expect(window.end ?? Number.POSITIVE_INFINITY).toBeGreaterThan(at);
        if (per === 'hour' && timeZone === 'Australia/Lord_Howe') return;
        expect(windowOf({ per, timeZone }, window.start)).toEqual(window);
        if (window.end !== undefined) {
          expect(windowOf({ per, timeZone }, window.end - 1)).toEqual(window);
          expect(windowOf({ per, timeZone }, window.end).start).toBe(window.end);
        }
      }),
    );
  });

  it('names its counter by its beginning', () => {
    expect(counterIn('bud_1', { start: Date.UTC(2026, 10, 26), end: 1 }).id).toBe(
      'bud_1@2026-11-26T00:00Z',
    );
    expect(counterIn('bud_1', { start: 0 }).id).toBe('bud_1@life');
  });
});
