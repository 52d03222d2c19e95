import { DAY_MS } from '@tollgate/core';

/** Whole days between calendar boundaries of a time zone are days of UTC only by chance: so quarters too. */
const QUARTER_MS = 900_000;

export type Grain = 'day' | 'month' | undefined;

/** One range of one kind of rollups that a bucket adds up, or takes away again. */
export interface Segment {
  /** Of the buckets, by position. */
  readonly bucket: number;
  readonly sign: 1 | -1;
  readonly minutes: 15 | 1440;
  readonly from: number;
  readonly to: number;
}

export interface Bucketed {
  /** `2026-11-23`, `2026-11`, or empty where nothing is bucketed. */
  readonly labels: readonly string[];
  readonly segments: readonly Segment[];
}

const floorTo = (at: number, span: number): number => Math.floor(at / span) * span;
const ceilTo = (at: number, span: number): number => Math.ceil(at / span) * span;
const nearestDay = (at: number): number => Math.round(at / DAY_MS) * DAY_MS;

/**
 * Whole days of UTC from the rollups of days, and at both ends the quarters that these have too few of,
 * less those that they have too many of: a day of Berlin is read from 17 rollups in place of 96.
 */
function segmentsOf(bucket: number, from: number, to: number): readonly Segment[] {
  const [first, last] = [nearestDay(from), nearestDay(to)];
  const parts: readonly Segment[] =
    first >= last
      ? [{ bucket, sign: 1, minutes: 15, from, to }]
      : [
          quarters(bucket, from, first),
          { bucket, sign: 1, minutes: 1440, from: first, to: last },
          quarters(bucket, last, to),
        ];
  return parts.filter((part) => part.from < part.to);
}

/** From one instant to another, also backwards. */
const quarters = (bucket: number, from: number, to: number): Segment =>
  from <= to
    ? { bucket, sign: 1, minutes: 15, from, to }
    : { bucket, sign: -1, minutes: 15, from: to, to: from };

/** The calendar's day or month that an instant is in, as its label, its first instant and the next one's. */
function calendar(
  at: number,
  grain: 'day' | 'month',
  zone: string,
): { readonly label: string; readonly from: number; readonly to: number } {
  const day = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate();
  const first = grain === 'day' ? day : day.with({ day: 1 });
  const next = first.add(grain === 'day' ? { days: 1 } : { months: 1 });
  const label = first.toString();
  return {
    label: grain === 'day' ? label : label.slice(0, 7),
    from: first.toZonedDateTime(zone).epochMilliseconds,
    to: next.toZonedDateTime(zone).epochMilliseconds,
  };
}

export interface BucketQuery {
  readonly grain: Grain;
  /** IANA: `Europe/Berlin`. */
  readonly zone: string;
  /** Unix milliseconds; taken down to the quarter of an hour. */
  readonly from: number;
  /** Unix milliseconds; taken up to the quarter of an hour. */
  readonly to: number;
  /** First instants of the days of UTC in which anything was booked, ascending. */
  readonly activeDays: readonly number[];
}

/** Which rollups make which days or months of a time zone. */
export function bucketed(query: BucketQuery): Bucketed {
  const from = floorTo(query.from, QUARTER_MS);
  const to = ceilTo(query.to, QUARTER_MS);
  const first = query.activeDays[0];
  const last = query.activeDays.at(-1);
  if (first === undefined || last === undefined) return { labels: [], segments: [] };
  if (query.grain === undefined) {
    const segments = segmentsOf(0, Math.max(from, first), Math.min(to, last + DAY_MS));
    return { labels: [''], segments };
  }
  const labels: string[] = [];
  const segments: Segment[] = [];
  let covered = from;
  for (const day of query.activeDays) {
    // A day of UTC lies in up to three days of a zone that skips one, and the next takes up its rest.
    while (covered < Math.min(to, day + DAY_MS)) {
      const bucket = calendar(Math.max(covered, day), query.grain, query.zone);
      const [start, end] = [Math.max(bucket.from, from), Math.min(bucket.to, to)];
      labels.push(bucket.label);
      segments.push(...segmentsOf(labels.length - 1, start, end));
      covered = bucket.to;
    }
  }
  return { labels, segments };
}
