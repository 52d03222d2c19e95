import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketed } from './time-buckets.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const at = (text: string): number => Date.parse(text);

describe('buckets of a time zone', () => {
  it.each([
    ['Europe/Berlin', '2026-03-28T23:00Z', '2026-03-29T22:00Z', 23],
    ['Europe/Berlin', '2026-10-24T22:00Z', '2026-10-25T23:00Z', 25],
    ['Asia/Kolkata', '2026-11-22T18:30Z', '2026-11-23T18:30Z', 24],
    ['Australia/Lord_Howe', '2026-10-03T13:30Z', '2026-10-04T13:00Z', 23.5],
  ])('has days of %s as long as they are: %s to %s', (zone, from, to, hours) => {
    const [start, end] = [at(from), at(to)];
    const day = Math.floor(start / DAY) * DAY;
    const { labels, segments } = bucketed({
      grain: 'day',
      zone,
      from: start,
      to: end,
      activeDays: [day, day + DAY],
    });

    expect(labels).toHaveLength(1);
    expect(end - start).toBe(hours * HOUR);
    const lengths = segments.map((segment) => segment.sign * (segment.to - segment.from));
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(hours * HOUR);
  });

  it('takes the days of a month from the rollups of days, and away what is the next one’s', () => {
    const { segments } = bucketed({
      grain: 'month',
      zone: 'Europe/Berlin',
      from: at('2026-10-31T23:00Z'),
      to: at('2026-11-30T23:00Z'),
      activeDays: [at('2026-11-26T00:00Z')],
    });

    expect(
      segments.map(({ sign, minutes, from, to }) => [sign, minutes, (to - from) / HOUR]),
    ).toEqual([
      [1, 15, 1],
      [1, 1440, 30 * 24],
      [-1, 15, 1],
    ]);
  });

  it('covers every booked quarter of an hour once, whatever the zone, range and grain', () => {
    const zones = ['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'Pacific/Apia', 'America/St_Johns'];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom('day' as const, 'month' as const, undefined),
        fc.array(
          fc.integer({
            min: at('2011-12-01T00:00Z') / 900_000,
            max: at('2012-04-01T00:00Z') / 900_000,
          }),
          {
            minLength: 1,
            maxLength: 20,
          },
        ),
        fc.integer({ min: 0, max: 60 }),
        (zone, grain, quarters, cut) => {
          const booked = quarters.map((quarter) => quarter * 900_000);
          const days = [...new Set(booked.map((instant) => Math.floor(instant / DAY) * DAY))];
          const [from, to] = [at('2011-12-01T00:00Z') + cut * HOUR, at('2012-03-20T00:00Z')];
          const activeDays = days
            .filter((day) => day > from - DAY && day < to)
            .sort((one, other) => one - other);
          const { labels: buckets, segments } = bucketed({ grain, zone, from, to, activeDays });
          for (const instant of booked) {
            const day = Math.floor(instant / DAY) * DAY;
            const holding = segments.filter((segment) =>
              segment.minutes === 15
                ? instant >= segment.from && instant < segment.to
                : day >= segment.from && day < segment.to,
            );
            const times = buckets.map((_label, bucket) =>
              holding.reduce((sum, one) => (one.bucket === bucket ? sum + one.sign : sum), 0),
            );
            expect(times.filter((count) => count !== 0)).toEqual(
              instant >= from && instant < to ? [1] : [],
            );
          }
        },
      ),
    );
  });
});
