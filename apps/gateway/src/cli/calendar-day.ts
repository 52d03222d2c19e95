import { misused } from './context.ts';

/** An option's day, as in `2026-11-23`. */
export function calendarDay(text: string, option: string): Temporal.PlainDate {
  try {
    if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return Temporal.PlainDate.from(text);
  } catch {
    // A day that no calendar has.
  }
  throw misused(`${option}: expected a day as in 2026-11-23, got "${text}"`);
}

/** Its first instant in a time zone, Unix milliseconds. */
export const startOfDay = (day: Temporal.PlainDate, zone: string): number =>
  day.toZonedDateTime(zone).epochMilliseconds;
