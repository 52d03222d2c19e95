/** One call's usage on its way to the governance service. */
export interface OutboxItem {
  readonly callId: string;
  readonly email: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly requests: number;
  readonly model?: string;
  /** Unix milliseconds. */
  readonly at: number;
}

/** Items, their order and their key, fixed before the first sending and the same at each. */
export interface OutboxBatch {
  readonly id: number;
  readonly idempotencyKey: string;
  /** Sendings so far. */
  readonly attempts: number;
  readonly items: readonly OutboxItem[];
}

/** What became of an item: gone on, to be sent again in another batch, or given up and kept. */
export type OutboxOutcome = 'sent' | 'again' | 'failed' | 'dead';

/** Where usage waits, durably, to be told to the governance service. One sender uses it. */
export interface OutboxStore {
  /** The batch that is fixed already, or a new one of the oldest items, at most `maxItems`. */
  nextBatch(maxItems: number, newKey: () => string): OutboxBatch | undefined;
  /** Counts a sending, before it begins. */
  noteAttempt(batchId: number): void;
  /**
   * Ends a batch with one outcome an item, by position. `failed` counts against the item, and after
   * `maxFailures` of them it is dead; `again` doesn't count.
   */
  settle(batchId: number, outcomes: readonly OutboxOutcome[]): void;
  counts(): { readonly waiting: number; readonly dead: number };
}
