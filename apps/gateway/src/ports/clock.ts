/** Time as a dependency, so that windows, leases and deadlines can be tested without waiting. */
export interface Clock {
  /** Unix milliseconds. */
  now(): number;
  /** Milliseconds that never go back, for durations. */
  monotonic(): number;
  /** Runs `task` once after `delayMs`; the owner calls `cancel`. Does not keep the process alive. */
  schedule(delayMs: number, task: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}
