const PERIOD_MICROS = 60_000_000;

/**
 * What is remembered of one subject: the instant, in Unix microseconds, at which its whole allowance is
 * free again (GCRA's theoretical arrival time). One that lies in the past is as good as none.
 */
export type RateState = number;

export const FRESH: RateState = 0;

export interface RateDecision {
  readonly allowed: boolean;
  readonly limit: number;
  /** With this request where it was let through; above the limit where it was not. */
  readonly used: number;
  readonly remaining: number;
  /** Unix milliseconds: when all of the limit is free again, should nothing more be asked. */
  readonly resetAt: number;
  /** Whole seconds, at least 1, until one request passes if none came before; refusals only. */
  readonly retryAfterSeconds?: number;
}

/**
 * Asks for one request of so many a minute, by the generic cell rate algorithm (ITU-T I.371): all of
 * them at once where nothing was asked for a minute, and one more each `minute / limit` after that.
 * A refused request is not counted, so that asking again does not extend the refusal. `now`: Unix
 * milliseconds.
 */
export function takeOne(
  state: RateState,
  limit: number,
  now: number,
): readonly [RateState, RateDecision] {
  const at = Math.round(now * 1000);
  if (limit < 1) return [state, refused({ limit, at, until: at + PERIOD_MICROS, free: state })];
  const interval = Math.floor(PERIOD_MICROS / limit);
  // A clock that went back owes nobody more than a minute; a limit that was lowered neither.
  const free = Math.min(Math.max(state, at), at + PERIOD_MICROS);
  const next = free + interval;
  const until = next - PERIOD_MICROS;
  if (until > at) return [state, refused({ limit, at, until, free })];
  const remaining = Math.min(limit - 1, Math.floor((at - until) / interval));
  const resetAt = Math.ceil(next / 1000);
  return [next, { allowed: true, limit, used: limit - remaining, remaining, resetAt }];
}

interface Refused {
  readonly limit: number;
  readonly at: number;
  /** When the next one passes. */
  readonly until: number;
  readonly free: number;
}

const refused = ({ limit, at, until, free }: Refused): RateDecision => ({
  allowed: false,
  limit,
  used: limit + 1,
  remaining: 0,
  resetAt: Math.ceil(Math.max(free, until) / 1000),
  retryAfterSeconds: Math.max(1, Math.ceil((until - at) / 1_000_000)),
});
