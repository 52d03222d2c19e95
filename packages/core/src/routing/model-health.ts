/** How one model at one provider fares. Absent: it has not failed since its last success. */
export interface ModelHealth {
  readonly failures: number;
  /** Unix milliseconds. */
  readonly unavailableUntil: number;
}

const FIRST_SECONDS = 30;
const LONGEST_SECONDS = 300;
const DOUBLINGS = Math.ceil(Math.log2(LONGEST_SECONDS / FIRST_SECONDS));

/** 30, 60, 120, 240, then 300 s for ever: any number of failures is a number that stays small. */
export function backoffSeconds(failures: number): number {
  const doublings = Math.min(Math.max(0, failures - 1), DOUBLINGS);
  return Math.min(FIRST_SECONDS * 2 ** doublings, LONGEST_SECONDS);
}

/**
 * After a failure. One that the request brought on itself changes nothing, so that no caller can
 * take a model away from the others; nor does one of a call that began before the model was found
 * unavailable, so that a burst counts once.
 */
export function recordFailure(
  health: ModelHealth | undefined,
  failure: { readonly now: number; readonly isProviderFault: boolean },
): ModelHealth | undefined {
  if (!failure.isProviderFault || !isAvailable(health, failure.now)) return health;
  const failures = (health?.failures ?? 0) + 1;
  return { failures, unavailableUntil: failure.now + backoffSeconds(failures) * 1000 };
}

export const isAvailable = (health: ModelHealth | undefined, now: number): boolean =>
  health === undefined || now >= health.unavailableUntil;
