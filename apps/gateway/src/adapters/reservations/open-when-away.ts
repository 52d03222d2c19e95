import type { Reserved } from '@tollgate/core/budgets';
import type { Reservations } from '../../ports/reservations.ts';

/**
 * Lets calls in while what counts reservations does not answer, as the operator wants it: what they cost
 * is booked all the same, and no budget holds meanwhile.
 */
export function openWhenAway(reservations: Reservations): Reservations {
  const orLetIn = (asked: Promise<Reserved>): Promise<Reserved> =>
    asked.catch((): Reserved => ({ type: 'reserved' }));
  return {
    ...reservations,
    reserve: (callId, claims, leaseMs) => orLetIn(reservations.reserve(callId, claims, leaseMs)),
    extend: (callId, claims) => orLetIn(reservations.extend(callId, claims)),
  };
}
