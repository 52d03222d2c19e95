import type { Clock } from '../../ports/clock.ts';
import type { KeptResponses } from './kept-responses.ts';

/** Before it is tried to be written again, milliseconds: a minute in all. */
const PAUSES_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000];

/**
 * The same, but waiting for a store that is away, until the signal: for what nobody waits for, and
 * was paid for.
 */
export const keepPatiently = (
  kept: KeptResponses,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): KeptResponses => ({
  ...kept,
  keep: async (...asked) => {
    for (const pauseMs of PAUSES_MS) {
      const put = await kept.keep(...asked);
      if (put !== 'unwritten' || signal.aborted) return put;
      await pause(clock, pauseMs, signal);
    }
    return kept.keep(...asked);
  },
});

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = (): void => {
    timer.cancel();
    signal.removeEventListener('abort', end);
    resolve();
  };
  const timer = clock.schedule(ms, end);
  signal.addEventListener('abort', end);
  return promise;
}
