import type { Result } from '@tollgate/core';
import { err, ok } from '@tollgate/core';
import type { GatewayError, Loss } from '@tollgate/core/chat';

/**
 * The one policy on what a target can't express: what changes the meaning is refused, hints go on
 * and are told. A strict call refuses both.
 */
export function checkLosses(
  losses: readonly Loss[],
  strict: boolean,
): Result<readonly Loss[], GatewayError> {
  const refused = strict ? losses : losses.filter((loss) => loss.weight === 'meaning');
  return refused.length > 0 ? err({ kind: 'not_expressible', losses: refused }) : ok(losses);
}

/** As `x-tollgate-dropped` and the ledger show it. */
export const lossLine = (loss: Loss): string =>
  loss.action === 'dropped' ? loss.path : `${loss.path}:${loss.action}`;

/** A row of the ledger holds no more: a long stream can lose the same thing in each of its parts. */
const MOST_BOOKED = 64;

/** As the ledger keeps them: each once, in their order, and not without bound. */
export const lossLines = (losses: readonly Loss[]): readonly string[] =>
  [...new Set(losses.map(lossLine))].slice(0, MOST_BOOKED);
