import type { Clock } from '../../ports/clock.ts';

/** Calls that wait for others to settle, at most; one more is refused at once. */
const MOST_WAITING = 1_000;
/** How long a call waits for room before it is refused. */
export const WAIT_MS = 2_000;
/** Calls of other gateways settle without a word to this one. */
const POLL_MS = 250;

/** Whether a call got what it waited for; `blocked`: by these counters. */
export type Attempt = 'done' | { readonly blocked: readonly string[] };

interface Waiting {
  readonly attempt: () => Promise<Attempt>;
  readonly end: () => void;
  /** An attempt under way: whatever ends the wait, its outcome is the caller's. */
  attempting?: Promise<Attempt> | undefined;
  /** What it was blocked by at its last attempt. */
  blocked: readonly string[];
}

/**
 * A bounded queue, first come first served: each time that room may have come, calls are asked again in
 * their order, and none is asked that waits behind another for the same counter.
 */
export interface WaitingCalls {
  /**
   * Resolves when the attempt is done, or the wait is over; the caller knows which. At once where too
   * many wait already.
   */
  wait(
    blocked: readonly string[],
    attempt: () => Promise<Attempt>,
    signal: AbortSignal,
  ): Promise<void>;
  /** Something was settled or given back. */
  roomMayHaveCome(): void;
}

export function createWaitingCalls(clock: Clock): WaitingCalls {
  const queue = new Set<Waiting>();
  let isDraining = false;
  let isAskedAgain = false;
  let isPolling = false;

  const pass = async (): Promise<void> => {
    const blocked = new Set<string>();
    for (const waiting of queue) {
      if (!waiting.blocked.some((counter) => blocked.has(counter))) {
        waiting.attempting = waiting.attempt();
        const outcome = await waiting.attempting;
        waiting.attempting = undefined;
        if (outcome === 'done') {
          waiting.end();
          continue;
        }
        waiting.blocked = outcome.blocked;
      }
      for (const counter of waiting.blocked) blocked.add(counter);
    }
  };

  const drain = async (): Promise<void> => {
    isAskedAgain = true;
    if (isDraining) return;
    isDraining = true;
    try {
      while (isAskedAgain && queue.size > 0) {
        isAskedAgain = false;
        await pass();
      }
    } finally {
      isDraining = false;
    }
  };

  const watch = (): void => {
    if (isPolling) return;
    isPolling = true;
    clock.schedule(POLL_MS, () => {
      isPolling = false;
      if (queue.size === 0) return;
      void drain();
      watch();
    });
  };

  return {
    wait: (blocked, attempt, signal) => {
      if (queue.size >= MOST_WAITING || signal.aborted) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      const end = (): void => {
        queue.delete(waiting);
        timer.cancel();
        signal.removeEventListener('abort', end);
        void Promise.resolve(waiting.attempting).then(() => resolve());
      };
      const waiting: Waiting = { attempt, end, blocked };
      const timer = clock.schedule(WAIT_MS, end);
      signal.addEventListener('abort', end);
      queue.add(waiting);
      watch();
      return promise;
    },
    roomMayHaveCome: () => {
      if (queue.size > 0) void drain();
    },
  };
}
