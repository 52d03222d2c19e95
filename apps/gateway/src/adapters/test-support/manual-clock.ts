import type { Clock } from '../../ports/clock.ts';

export interface ManualClock extends Clock {
  /** Moves time on and runs what fell due, in order of time. */
  advance(ms: number): void;
  /** Tasks that are still waiting. */
  waiting(): number;
}

/** Time that stands still until a test moves it. */
export function createManualClock(start = Date.UTC(2026, 10, 23, 12)): ManualClock {
  let now = start;
  let tasks: { readonly at: number; readonly task: () => void }[] = [];
  return {
    now: () => now,
    monotonic: () => now - start,
    schedule(delayMs, task) {
      const entry = { at: now + delayMs, task };
      tasks.push(entry);
      return {
        cancel: () => {
          tasks = tasks.filter((other) => other !== entry);
        },
      };
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const due = tasks.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        tasks = tasks.filter((other) => other !== due);
        now = due.at;
        due.task();
      }
      now = end;
    },
    waiting: () => tasks.length,
  };
}
