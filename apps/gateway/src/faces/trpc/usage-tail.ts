import type { Identity } from '@tollgate/core/governance';
import type { UsageEvent } from '@tollgate/core/usage';
import type { UsageService } from '../../services/usage.ts';
import { thrown } from './errors.ts';
import { valueOrThrow } from './trpc.ts';

/** Events that wait for a slow reader; beyond it the reader is cut, and resumes from the ledger. */
const MAX_WAITING = 1_000;
/** How far back a reader may resume. */
const MAX_MISSED = 1_000;

export interface TailOptions {
  /** The last event that the reader has seen. */
  readonly lastEventId: string | undefined;
  readonly signal: AbortSignal;
}

/** Each booked call the caller may see, from now on or from the last one seen, until the signal. */
export async function* tailUsage(
  service: UsageService,
  by: Identity,
  { lastEventId, signal }: TailOptions,
): AsyncGenerator<UsageEvent, void> {
  const waiting: UsageEvent[] = [];
  let isBehind = false;
  let wake = (): void => {};
  const stop = await service.tail(by, (event) => {
    if (waiting.length < MAX_WAITING) waiting.push(event);
    else isBehind = true;
    wake();
  });
  const onAbort = (): void => wake();
  signal.addEventListener('abort', onAbort);
  try {
    const missed = lastEventId === undefined ? [] : await missedSince(service, by, lastEventId);
    const sent = new Set(missed.map(({ callId }) => callId));
    yield* missed;
    while (!signal.aborted) {
      const event = waiting.shift();
      if (event === undefined) {
        if (isBehind) throw thrown({ kind: 'ledger_unavailable', retryAfterSeconds: 1 });
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      } else if (!sent.delete(event.callId)) yield event;
    }
  } finally {
    stop();
    signal.removeEventListener('abort', onAbort);
  }
}

/** Oldest first. */
async function missedSince(
  service: UsageService,
  by: Identity,
  lastEventId: string,
): Promise<readonly UsageEvent[]> {
  const recent = valueOrThrow(await service.recent(by, { limit: MAX_MISSED }));
  const seen = recent.findIndex(({ callId }) => callId === lastEventId);
  return recent.slice(0, seen === -1 ? recent.length : seen).toReversed();
}
