import {
  type Counter,
  counterIn,
  type QuotaFigures,
  type QuotaMeter,
  quotaId,
} from '@tollgate/core/budgets';
import type { Log } from '../../ports/log.ts';
import type { OutboxStore } from '../../ports/outbox-store.ts';
import type { UserUsage } from '../../ports/user-usage.ts';
import type { Room } from './room.ts';

export interface UserUsageDeps {
  readonly room: Pick<Room, 'standing'>;
  readonly outbox: Pick<OutboxStore, 'unacknowledged'>;
  /** The outbox's channel to the service. */
  readonly channel: string;
  readonly log: Log;
}

/** Calls that are settled while it is looked make it look again, so often. */
const MOST_LOOKS = 4;

export function createUserUsage({ room, outbox, channel, log }: UserUsageDeps): UserUsage {
  const counted = async (userId: string): Promise<QuotaFigures | undefined> => {
    const counters = countersOf(userId);
    const standing = await room.standing(Object.values(counters));
    if (standing === undefined) return undefined;
    const spent = ({ id }: Counter): bigint => standing.get(id)?.spent ?? 0n;
    return eachMeter((meter) => spent(counters[meter]));
  };

  const look = async (
    userId: string,
    email: string,
    looks: number,
  ): Promise<QuotaFigures | undefined> => {
    const before = await counted(userId);
    if (before === undefined) return undefined;
    const waiting = await outbox.unacknowledged(channel, email);
    const after = await counted(userId);
    // What was settled in between may be among what waits, or not. At the last look it is taken to be:
    // then it is counted twice until the service is asked again, and never missed.
    if (looks > 1 && before.aiRequests !== after?.aiRequests) return look(userId, email, looks - 1);
    return {
      aiInputTokens: before.aiInputTokens - BigInt(waiting.inputTokens),
      aiOutputTokens: before.aiOutputTokens - BigInt(waiting.outputTokens),
      aiRequests: before.aiRequests - BigInt(waiting.requests),
    };
  };

  return {
    acknowledged: async ({ userId, email }) => {
      try {
        return await look(userId, email, MOST_LOOKS);
      } catch (error) {
        log.warn({ detail: String(error) }, 'what a user’s limits were not told of can’t be read');
        return undefined;
      }
    },
  };
}

const countersOf = (userId: string): Readonly<Record<QuotaMeter, Counter>> =>
  eachMeter((meter) => counterIn(quotaId(userId, meter), { start: 0 }));

const eachMeter = <Value>(
  of: (meter: QuotaMeter) => Value,
): Readonly<Record<QuotaMeter, Value>> => ({
  aiInputTokens: of('aiInputTokens'),
  aiOutputTokens: of('aiOutputTokens'),
  aiRequests: of('aiRequests'),
});
