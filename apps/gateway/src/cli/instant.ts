import { DAY_MS } from '@tollgate/core';
import { misused } from './context.ts';

const UNITS: { readonly [unit: string]: number } = {
  m: 60_000,
  h: 3_600_000,
  d: DAY_MS,
};

/** `2027-01-31`, `2027-01-31T12:00:00Z`, or from now on: `30d`, `12h`, `15m`. Unix milliseconds. */
export function instantOf(text: string, now: number): number {
  const span = spanOf(text);
  if (span !== undefined) return now + span;
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const isInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(
    text,
  );
  const instant = isDay || isInstant ? Date.parse(text) : Number.NaN;
  const isReal = isDay ? dayOf(instant) === text : !Number.isNaN(instant);
  if (isReal) return instant;
  throw misused(
    `--expires: expected a day, an instant or a span, as in 2027-01-31, 2027-01-31T12:00Z or 30d; got "${text}"`,
  );
}

/** `30d`, `12h`, `15m` in milliseconds; undefined: it is none. */
export function spanOf(text: string): number | undefined {
  const [, count, unit = ''] = /^([1-9]\d{0,5})([mhd])$/.exec(text) ?? [];
  return count === undefined ? undefined : Number(count) * (UNITS[unit] ?? 0);
}

/** In UTC; of no instant: nothing. */
export const dayOf = (instant: number): string =>
  Number.isNaN(instant) ? '' : new Date(instant).toISOString().slice(0, 10);
