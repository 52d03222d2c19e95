import type { Usage } from '../chat/usage.ts';
import type { Charge } from '../usage/charge.ts';
import type { UsageEvent } from '../usage/usage-event.ts';
import type { Budget, Measure } from './budget.ts';
import { chargeOf } from './charge.ts';
import type { Claim } from './claims.ts';
import type { LackingRoom } from './reservation.ts';
import type { CounterId } from './window.ts';

/** The meters of a user's limits, by the governance service's names, and what each counts. */
export const QUOTA_METERS = {
  aiInputTokens: 'input tokens',
  aiOutputTokens: 'output tokens',
  aiRequests: 'requests',
} as const satisfies Readonly<Record<string, Measure>>;
export type QuotaMeter = keyof typeof QUOTA_METERS;

/** One figure for each meter. */
export type QuotaFigures = Readonly<Record<QuotaMeter, bigint>>;

/** A meter of a user's limits as the governance service told it. */
export interface ToldMeter {
  /** `ai_usage`. */
  readonly limitName: string;
  readonly meter: QuotaMeter;
  readonly limit: number;
  /** May be negative. */
  readonly remaining: number;
  /** Unix milliseconds; absent: never. */
  readonly resetAt?: number;
}

/** What a user has left of a meter, as a budget that calls are held against like others. */
export interface Quota extends Budget {
  readonly told: ToldMeter;
}

export const isQuota = (budget: Budget): budget is Quota => 'told' in budget;

/** Whose counter it is, whatever the limits are called: each counts the same calls. */
export const quotaId = (userId: string, meter: QuotaMeter): string => `${userId}/${meter}`;

/**
 * The tightest of each meter. A user's counter counts on for ever; `acknowledged` is how much of it the
 * service knew when it was asked, so that what is left is what it said beyond that.
 */
export function quotasOf(
  userId: string,
  told: readonly ToldMeter[],
  { acknowledged, now }: { readonly acknowledged: QuotaFigures; readonly now: number },
): readonly Quota[] {
  const tightest = new Map<QuotaMeter, ToldMeter>();
  for (const one of told) {
    // What we were told belongs to a period that is over.
    if (one.resetAt !== undefined && one.resetAt <= now) continue;
    const other = tightest.get(one.meter);
    if (other === undefined || one.remaining < other.remaining) tightest.set(one.meter, one);
  }
  return [...tightest.values()].map((one) => quotaOf(userId, one, acknowledged[one.meter]));
}

const quotaOf = (userId: string, told: ToldMeter, acknowledged: bigint): Quota => {
  const limit = acknowledged + whole(told.remaining);
  return {
    id: quotaId(userId, told.meter),
    scope: { kind: 'user', id: userId },
    measure: QUOTA_METERS[told.meter],
    limit: limit < 0n ? 0n : limit,
    per: 'life',
    timeZone: 'UTC',
    isHard: false,
    // A running answer is not cut: the service would have let it end.
    onExhausted: { type: 'finish-running' },
    allowsUnpriced: true,
    thresholds: [],
    createdAt: 0,
    told,
  };
};

/**
 * The same claims, on no more than what is left of the quotas that lack room: whatever a user has left
 * is enough to go on. Undefined where one has nothing left, or something else lacks room.
 */
export function claimsOnTheRest(
  budgets: readonly Budget[],
  claims: readonly Claim[],
  lacking: readonly LackingRoom[],
): readonly Claim[] | undefined {
  const rests = new Map<CounterId, bigint>();
  for (const { counter, limit, spent, reserved } of lacking) {
    const budget = budgets[claims.findIndex((claim) => claim.counter.id === counter)];
    const rest = limit - spent - reserved;
    if (budget === undefined || !isQuota(budget) || rest <= 0n) return undefined;
    rests.set(counter, rest);
  }
  return claims.map((claim) => ({ ...claim, amount: rests.get(claim.counter.id) ?? claim.amount }));
}

const whole = (amount: number): bigint =>
  BigInt(Math.floor(Math.min(Math.max(amount, -MOST), MOST)));
const MOST = Number.MAX_SAFE_INTEGER;

/**
 * What a call costs the counters of its user: of those it held something of, as its intent says; else of
 * all that its user may have, of which those are not touched that it held nothing of.
 */
export function quotaChargesOf(event: UsageEvent, held?: readonly Charge[]): readonly Charge[] {
  const { userId } = event;
  if (userId === undefined) return [];
  const isCounted = isToldOf(event);
  return METERS.flatMap((meter) => {
    const budgetId = quotaId(userId, meter);
    if (held?.every((claim) => claim.budgetId !== budgetId) === true) return [];
    const amount = isCounted ? chargeOf({ measure: QUOTA_METERS[meter] }, event) : 0n;
    return [{ budgetId, windowStart: 0, amount }];
  });
}

const METERS: readonly QuotaMeter[] = ['aiInputTokens', 'aiOutputTokens', 'aiRequests'];

/** Whether the governance service is told of a call: what reached a provider, of a user it knows. */
export const isToldOf = ({
  user,
  usage,
  status,
}: Pick<UsageEvent, 'user' | 'status'> & { readonly usage?: Usage | undefined }): boolean =>
  user !== undefined && user.email !== '' && (usage !== undefined || status === 'ok');
