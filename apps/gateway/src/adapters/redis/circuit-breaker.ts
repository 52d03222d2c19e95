import type { Clock, Timer } from '../../ports/clock.ts';

/**
 * Asks no more of what does not answer: each call would wait for it in vain. After some failures in a row
 * the circuit opens, and work fails at once; meanwhile a probe, which no call waits for, asks again and
 * again, and its first success closes the circuit.
 */
export interface CircuitBreaker {
  /** Rejects as the work does, and at once while the circuit is open. */
  run<T>(work: () => Promise<T>): Promise<T>;
  isOpen(): boolean;
  close(): void;
}

export interface CircuitBreakerOptions {
  readonly clock: Pick<Clock, 'schedule'>;
  /** Ends by itself, in whatever time. */
  readonly probe: () => Promise<unknown>;
  /** An answer all the same, though a refusal. */
  readonly isAnswer: (error: unknown) => boolean;
  /** Each time that it opens, after a probe that failed too. */
  readonly onOpen?: () => void;
}

/** In a row: one slow command alone decides nothing. */
const MOST_FAILURES = 3;
const PROBE_AFTER_MS = 1_000;

export function createCircuitBreaker(options: CircuitBreakerOptions): CircuitBreaker {
  const { clock, probe, isAnswer, onOpen } = options;
  let failures = 0;
  let isClosed = false;
  let timer: Timer | undefined;

  const open = (): void => {
    if (isClosed) return;
    timer = clock.schedule(PROBE_AFTER_MS, () => void probe().then(mend, open));
    onOpen?.();
  };
  const mend = (): void => {
    failures = 0;
    timer = undefined;
  };

  return {
    run: async (work) => {
      if (timer !== undefined) throw new Error('not asked: it did not answer before');
      try {
        const done = await work();
        if (timer === undefined) failures = 0;
        return done;
      } catch (error) {
        if (isAnswer(error)) throw error;
        failures += 1;
        if (failures >= MOST_FAILURES && timer === undefined) open();
        throw error;
      }
    },
    isOpen: () => timer !== undefined,
    close: () => {
      isClosed = true;
      timer?.cancel();
    },
  };
}
