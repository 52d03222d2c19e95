import type { Reservations } from '../../ports/reservations.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';

/** Reservations behind a circuit breaker: while it is open each operation fails at once. */
export const behindBreaker = (
  reservations: Reservations,
  { run }: CircuitBreaker,
): Reservations => ({
  reserve: (...asked) => run(() => reservations.reserve(...asked)),
  extend: (...asked) => run(() => reservations.extend(...asked)),
  settle: (...asked) => run(() => reservations.settle(...asked)),
  correct: (...asked) => run(() => reservations.correct(...asked)),
  release: (...asked) => run(() => reservations.release(...asked)),
  renew: (...asked) => run(() => reservations.renew(...asked)),
  load: (...asked) => run(() => reservations.load(...asked)),
  expired: (...asked) => run(() => reservations.expired(...asked)),
  standing: (...asked) => run(() => reservations.standing(...asked)),
  close: reservations.close,
});
