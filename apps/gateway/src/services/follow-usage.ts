import type { UsageEvent } from '@tollgate/core/usage';
import type { Clock, Timer } from '../ports/clock.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { UsageReports } from '../ports/usage-reports.ts';

type Listener = (event: UsageEvent) => void;

/**
 * Calls `listener` after each call that was booked from when it resolves on, by whichever gateway; of a
 * key, or of all. Resolves with the way to stop.
 */
export type FollowUsage = (keyId: string | undefined, listener: Listener) => Promise<() => void>;

/** Where there is one gateway all is booked here. */
export const followOwn =
  (ledger: Pick<Ledger, 'subscribe'>): FollowUsage =>
  async (keyId, listener) =>
    ledger.subscribe((event) => {
      if (keyId === undefined || event.keyId === keyId) listener(event);
    });

const LOOK_MS = 1_000;

/**
 * What is looked at each time. Gateways commit in another order than rows are numbered in, so that no
 * row says that all before it were seen.
 */
const LATEST = 1_000;

/** What others booked is in the ledger alone: each second it is asked for its latest, while one follows. */
export const followShared =
  (ledger: Pick<UsageReports, 'recent'>, clock: Clock): FollowUsage =>
  async (keyId, listener) => {
    let isStopped = false;
    let timer: Timer | undefined;
    const latest = async () => {
      const query = { limit: LATEST, ...(keyId === undefined ? undefined : { keyId }) };
      return (await ledger.recent(query)).toReversed();
    };
    let seen = new Set((await latest()).map(idOf));
    const look = async (): Promise<void> => {
      // While the ledger is away nothing is booked.
      const events = await latest().catch(() => undefined);
      if (isStopped) return;
      for (const event of events ?? []) if (!seen.has(idOf(event))) listener(event);
      if (events !== undefined) seen = new Set(events.map(idOf));
      next();
    };
    const next = (): void => {
      timer = clock.schedule(LOOK_MS, () => void look());
    };
    next();
    return () => {
      isStopped = true;
      timer?.cancel();
    };
  };

const idOf = ({ callId, attempt }: UsageEvent): string => `${callId}/${attempt}`;
