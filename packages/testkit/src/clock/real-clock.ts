import type { AppClock } from '../app-factory.ts';

/** The machine's own time. A scheduled task keeps the process alive until it runs or is cancelled. */
export function realClock(): AppClock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    schedule(delayMs, task) {
      const timer = setTimeout(task, delayMs);
      return { cancel: () => clearTimeout(timer) };
    },
  };
}
