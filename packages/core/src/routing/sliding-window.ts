/** Milliseconds of one window, as the predecessor's limiter counted. */
export const WINDOW_MS = 60_000;

/** What is remembered of one subject. Both counts are of requests that were let through. */
export interface WindowState {
  /** `floor(now / 60 s)` at the last request. */
  readonly index: number;
  readonly current: number;
  readonly previous: number;
}

export interface WindowDecision {
  readonly allowed: boolean;
  readonly limit: number;
  /** With this request where it was let through; above the limit where it was not. */
  readonly used: number;
  readonly remaining: number;
  /** Unix milliseconds: the end of the current window. */
  readonly resetAt: number;
  /** Whole seconds, at least 1, until one request would pass if none came before; refusals only. */
  readonly retryAfterSeconds?: number;
}

export const EMPTY_WINDOW: WindowState = { index: 0, current: 0, previous: 0 };

const carried = (previous: number, elapsedMs: number): number =>
  Math.ceil((previous * (WINDOW_MS - elapsedMs)) / WINDOW_MS);

function at(state: WindowState, now: number): WindowState {
  // A clock that went back stays in the window it had reached.
  const index = Math.max(state.index, Math.floor(now / WINDOW_MS));
  if (index === state.index) return state;
  return { index, current: 0, previous: index === state.index + 1 ? state.current : 0 };
}

/**
 * Asks for one request: two fixed windows, the previous one counted for the share of it that still
 * lies within the last 60 s, rounded up. A refused request is not counted, so that asking again
 * does not extend the refusal.
 */
export function slideWindow(
  before: WindowState,
  limit: number,
  now: number,
): readonly [WindowState, WindowDecision] {
  const state = at(before, now);
  const start = state.index * WINDOW_MS;
  const elapsedMs = Math.min(Math.max(0, now - start), WINDOW_MS);
  const used = state.current + carried(state.previous, elapsedMs) + 1;
  const resetAt = start + WINDOW_MS;
  if (used <= limit) {
    const decision = { allowed: true, limit, used, remaining: limit - used, resetAt };
    return [{ ...state, current: state.current + 1 }, decision];
  }
  const retryAfterSeconds = Math.max(1, Math.ceil((freeAt(state, limit) - now) / 1000));
  return [state, { allowed: false, limit, used, remaining: 0, resetAt, retryAfterSeconds }];
}

/** When one more request would pass, Unix milliseconds. Limits below 1 are never free: two windows on. */
function freeAt(state: WindowState, limit: number): number {
  const start = state.index * WINDOW_MS;
  const room = limit - 1;
  if (state.current <= room) return start + elapsedUntil(state.previous, room - state.current);
  return start + WINDOW_MS + (room < 0 ? WINDOW_MS : elapsedUntil(state.current, room));
}

/** Milliseconds into a window until no more than `room` is carried over from the one before. */
const elapsedUntil = (previous: number, room: number): number =>
  previous <= room ? 0 : Math.ceil(WINDOW_MS - (room * WINDOW_MS) / previous);
