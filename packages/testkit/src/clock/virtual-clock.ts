import type { AppClock } from '../app-factory.ts';

interface Task {
  readonly dueAt: number;
  readonly order: number;
  readonly run: () => void;
}

/** More tasks than this in one `advance` is a loop that never ends. */
const MAX_TASKS = 100_000;

/** A clock that stands still until told: tests of time without waiting for it. */
export class VirtualClock implements AppClock {
  readonly #startedAt: number;
  #elapsed = 0;
  #order = 0;
  readonly #tasks = new Set<Task>();

  /** @param startAt Unix milliseconds. */
  constructor(startAt = Date.UTC(2026, 0, 1)) {
    this.#startedAt = startAt;
  }

  now(): number {
    return this.#startedAt + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  schedule(delayMs: number, task: () => void): { cancel(): void } {
    const entry: Task = {
      dueAt: this.#elapsed + Math.max(0, delayMs),
      order: this.#order++,
      run: task,
    };
    this.#tasks.add(entry);
    return { cancel: () => void this.#tasks.delete(entry) };
  }

  /** Tasks that wait: what a test asserts to be 0 when everything was to be cancelled. */
  get pending(): number {
    return this.#tasks.size;
  }

  /**
   * Moves time on by `ms`. Due tasks run one by one, by time and then by the order they were scheduled
   * in, each at its own time; between them promises and I/O that is ready get their turn. Tasks that
   * they schedule run too when due. An error of a task rejects.
   */
  async advance(ms: number): Promise<void> {
    const target = this.#elapsed + ms;
    await turn();
    for (let ran = 0; ; ran++) {
      const next = this.#nextDue(target);
      if (next === undefined) break;
      if (ran === MAX_TASKS) throw new Error(`more than ${MAX_TASKS} tasks within ${ms} ms`);
      this.#tasks.delete(next);
      this.#elapsed = Math.max(this.#elapsed, next.dueAt);
      next.run();
      await turn();
    }
    this.#elapsed = target;
  }

  #nextDue(target: number): Task | undefined {
    let next: Task | undefined;
    for (const task of this.#tasks) {
      if (task.dueAt > target) continue;
      const isSooner =
        next === undefined ||
        task.dueAt < next.dueAt ||
        (task.dueAt === next.dueAt && task.order < next.order);
      if (isSooner) next = task;
    }
    return next;
  }
}

/** One round of the event loop, all microtasks included. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
