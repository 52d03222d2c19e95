import type { Charge } from '../usage/charge.ts';
import type { Budget, BudgetId, BudgetTerms, Period } from './budget.ts';

/** Unix milliseconds, from `start` inclusive to `end` exclusive. `life` begins at 0 and has no end. */
export interface Window {
  readonly start: number;
  readonly end?: number;
}

const LIFE: Window = { start: 0 };

/**
 * The window of a budget that an instant (Unix milliseconds) lies in, by the calendar of its time zone.
 * Days with a change of clocks are 23 or 25 hours long; weeks begin on Monday.
 */
export function windowOf(
  { per, timeZone }: Pick<BudgetTerms, 'per' | 'timeZone'>,
  instant: number,
): Window {
  if (per === 'life') return LIFE;
  const at = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone);
  if (per === 'minute' || per === 'hour') {
    // By the clock on the wall, without its changes: an hour that is lived twice is two windows.
    const length = per === 'minute' ? 60_000 : 3_600_000;
    const offset = at.offsetNanoseconds / 1e6;
    const start = Math.floor((instant + offset) / length) * length - offset;
    return { start, end: start + length };
  }
  const [first, next] = datesOf(per, at.toPlainDate());
  return { start: startOf(first, timeZone), end: startOf(next, timeZone) };
}

function datesOf(
  per: Exclude<Period, 'minute' | 'hour' | 'life'>,
  date: Temporal.PlainDate,
): readonly [Temporal.PlainDate, Temporal.PlainDate] {
  switch (per) {
    case 'day':
      return [date, date.add({ days: 1 })];
    case 'week': {
      const monday = date.subtract({ days: date.dayOfWeek - 1 });
      return [monday, monday.add({ days: 7 })];
    }
    case 'month': {
      const first = date.with({ day: 1 });
      return [first, first.add({ months: 1 })];
    }
  }
}

/** Midnight, or where the clocks skip it what comes first. */
const startOf = (date: Temporal.PlainDate, timeZone: string): number =>
  date.toZonedDateTime(timeZone).epochMilliseconds;

/** What a window of a budget is counted under: `bud_1@2026-11-26T00:00Z`, `bud_1@life`. */
export type CounterId = string;

/** One window of one budget. */
export interface Counter {
  readonly id: CounterId;
  readonly budgetId: BudgetId;
  readonly window: Window;
}

/** The counter that a call admitted at an instant (Unix milliseconds) is charged to, whenever it ends. */
export function counterOf(budget: Budget, instant: number): Counter {
  const known = latest.get(budget);
  if (known !== undefined && isWithin(known.window, instant)) return known;
  const counter = counterIn(budget.id, windowOf(budget, instant));
  latest.set(budget, counter);
  return counter;
}

/** Of each budget the last counter, since the calendar costs a call 5 microseconds. */
const latest = new WeakMap<Budget, Counter>();

const isWithin = ({ start, end }: Window, instant: number): boolean =>
  instant >= start && (end === undefined || instant < end);

export const counterIn = (budgetId: BudgetId, window: Window): Counter => ({
  id: counterId({ budgetId, windowStart: window.start }),
  budgetId,
  window,
});

/** As charges name it. */
export const counterId = ({
  budgetId,
  windowStart,
}: Pick<Charge, 'budgetId' | 'windowStart'>): CounterId =>
  `${budgetId}@${windowStart === 0 ? 'life' : minuteOf(windowStart)}`;

const minuteOf = (start: number): string => `${new Date(start).toISOString().slice(0, 16)}Z`;
