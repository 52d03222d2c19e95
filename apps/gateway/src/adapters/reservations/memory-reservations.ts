import { createReservationBook } from '@tollgate/core/budgets';
import type { Clock, Timer } from '../../ports/clock.ts';
import type { Reservations } from '../../ports/reservations.ts';

/** Counters that nobody asks for are forgotten so often, and loaded again when somebody does. */
const SWEEP_MS = 60_000;

/** Reservations of this process alone. They die with it, and the ledger knows what it had sent. */
export function createMemoryReservations(clock: Clock): Reservations {
  const book = createReservationBook();
  let timer: Timer | undefined;

  /** Runs only while there is something to forget. */
  const sweep = (): void => {
    timer ??= clock.schedule(SWEEP_MS, () => {
      timer = undefined;
      if (book.forgetIdle(clock.monotonic() - SWEEP_MS) > 0) sweep();
    });
  };
  const leaseOf = (leaseMs: number) => {
    const now = clock.monotonic();
    return { now, until: now + leaseMs };
  };

  return {
    reserve: async (callId, claims, leaseMs) => book.reserve(callId, claims, leaseOf(leaseMs)),
    extend: async (callId, claims) => book.extend(callId, claims, clock.monotonic()),
    settle: async (callId, charges) => book.settle(callId, charges, clock.monotonic()),
    correct: async (charges) => book.correct(charges, clock.monotonic()),
    release: async (callId) => book.release(callId),
    renew: async (callIds, leaseMs) => book.renew(callIds, leaseOf(leaseMs).until),
    load: async (figures, leaseMs) => {
      book.load(figures, leaseOf(leaseMs));
      sweep();
    },
    expired: async (limit) => book.expired(clock.monotonic(), limit),
    standing: async (counters) =>
      counters.flatMap((counter) => {
        const standing = book.standing(counter);
        return standing === undefined ? [] : [{ counter, ...standing }];
      }),
    close: async () => timer?.cancel(),
  };
}
