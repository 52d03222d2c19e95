/** An amount on one window of a budget: what a running call holds of it, or what a booked one spent. */
export interface Charge {
  readonly budgetId: string;
  /** The window's first instant, Unix milliseconds; 0: for life. */
  readonly windowStart: number;
  /** Whole units of what the budget measures; money in pico-dollars. */
  readonly amount: bigint;
}
