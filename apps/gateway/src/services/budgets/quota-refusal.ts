import { type LackingRoom, mayFitLater, type Quota } from '@tollgate/core/budgets';
import type { GatewayError } from '@tollgate/core/chat';

/** Of what only running calls hold, there may be room soon. */
const SOON_SECONDS = 5;

/** In the words of the user's own limit, not of a budget of this installation. */
export function quotaRefusal(
  { told: { limitName, meter, limit, resetAt } }: Quota,
  lacking: LackingRoom,
  now: number,
): GatewayError {
  const name = `${limitName}.${meter}`;
  const remaining = Math.max(0, Number(lacking.limit - lacking.spent - lacking.reserved));
  const untilReset =
    resetAt === undefined ? undefined : Math.max(1, Math.ceil((resetAt - now) / 1000));
  const seconds = mayFitLater([lacking])
    ? Math.min(SOON_SECONDS, untilReset ?? SOON_SECONDS)
    : untilReset;
  return {
    kind: 'quota_exceeded',
    limit: {
      name,
      limit,
      used: Math.max(0, limit - remaining),
      remaining,
      ...(resetAt === undefined ? undefined : { resetAt }),
      ...(seconds === undefined ? undefined : { retryAfterSeconds: seconds }),
    },
    detail: `${name} is used up`,
  };
}
