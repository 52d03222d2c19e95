/** Something that must be told, by one way out of the gateway, as it enters the outbox. */
export interface OutboxRow {
  /** The way it goes: `zion`, an endpoint of the operator's, files. */
  readonly channel: string;
  /** One row a channel and event, however often it is put in while it waits. */
  readonly eventId: string;
  /** JSON, as it is told. */
  readonly body: string;
  /** Whose usage it is, where what is not acknowledged must be known by user. */
  readonly owner?: string;
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Unix milliseconds. */
  readonly at: number;
}

export interface OutboxItem {
  readonly id: number;
  readonly eventId: string;
  readonly body: string;
  readonly at: number;
}

/** Items, their order and their key, fixed before the first sending and the same at each. */
export interface OutboxBatch {
  readonly id: number;
  readonly idempotencyKey: string;
  /** Answers so far that could not be used. */
  readonly unusable: number;
  readonly items: readonly OutboxItem[];
}

/** What became of an item: gone on, to be sent again in another batch, or given up and kept. */
export type OutboxOutcome = 'sent' | 'again' | 'failed' | 'dead';

/**
 * Why an item is dead. `refused`: by itself, too often. `untold`: the reply didn't say which items of
 * its batch were counted. `unreadable`: replies to its batch made no sense; it is kept with its key.
 * `expired`: nobody took it for too long.
 */
export type DeadReason = 'refused' | 'untold' | 'unreadable' | 'expired';

export interface DeadLetter {
  readonly id: number;
  readonly channel: string;
  readonly eventId: string;
  readonly reason: DeadReason;
  readonly at: number;
  readonly body: string;
}

export interface Claim {
  readonly channel: string;
  /** Who sends: of several gateways, one has a batch. */
  readonly sender: string;
  readonly maxItems: number;
  /** Longer than a sending may take: after it, another takes the batch for a dead sender's. */
  readonly leaseMs: number;
  /** Of a batch that is made. */
  readonly newKey: string;
  /** Unix milliseconds. */
  readonly now: number;
}

/** How far a channel has come that keeps account of it. */
export interface OutboxCursor {
  readonly name: string;
  readonly value: string;
}

/** What a channel has to tell still. */
export interface ChannelState {
  readonly channel: string;
  readonly waiting: number;
  readonly dead: number;
  /** When the oldest that waits happened, Unix milliseconds. */
  readonly oldestAt?: number;
}

/** Counts that somebody was not told of yet. */
export interface Unacknowledged {
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Which dead letters; of one channel, or the ones named. */
export type DeadSelection = { readonly channel: string } | { readonly ids: readonly number[] };

/** Where what must be told waits, durably. Batches are sent by one gateway at a time. */
export interface OutboxStore {
  /** False: it waits already. */
  add(row: OutboxRow): Promise<boolean>;
  /** All of the rows, unless an event of this id was put in before, in the last 400 days of `at`. */
  addOnce(
    event: { readonly id: string; readonly at: number },
    rows: readonly OutboxRow[],
  ): Promise<boolean>;
  /**
   * The sender's batch, fixed already or left by a sender that is dead or whose lease is over; else a
   * new one of the oldest items. The claim lasts until it is settled or the lease ends.
   */
  claim(claim: Claim): Promise<OutboxBatch | undefined>;
  /** Counts an answer that could not be used. */
  noteUnusable(batchId: number): Promise<void>;
  /**
   * Ends a batch of this sender's with one outcome an item, by place. `failed` counts against the
   * item, and after five of them it is dead; `again` doesn't count. False: the batch is another's by
   * now, and nothing was changed.
   */
  settle(
    batch: OutboxBatch,
    by: {
      readonly sender: string;
      readonly outcomes: readonly OutboxOutcome[];
      /** Kept in the same commit. */
      readonly cursor?: OutboxCursor | undefined;
    },
  ): Promise<boolean>;
  /** Gives a batch up as it is, so that it can be sent again under its key. */
  bury(batchId: number, reason: DeadReason): Promise<void>;
  /** Gives up what waits for its first sending since before `before`. */
  expire(channel: string, before: number): Promise<number>;
  /** Forgets the oldest beyond so many, dead letters included, but for those of a batch. */
  trim(channel: string, keepAtMost: number): Promise<number>;
  /** How far a channel has come, in its own words. */
  cursor(name: string): Promise<string | undefined>;
  /** Lets others have this sender's batch at once. */
  release(channel: string, sender: string): Promise<void>;
  /** Whether there is anything of a channel, dead letters and what others send included. */
  holds(channel: string): Promise<boolean>;
  states(): Promise<readonly ChannelState[]>;
  /** Sums of what was put in for this owner and not acknowledged, dead letters included. */
  unacknowledged(channel: string, owner: string): Promise<Unacknowledged>;
  /** The oldest first, after `after`. */
  deadLetters(query: {
    readonly channel?: string;
    readonly after?: number;
    readonly limit: number;
  }): Promise<readonly DeadLetter[]>;
  /** Has them wait again, as new or in their batch and under its key. Resolves with how many. */
  resend(which: DeadSelection): Promise<number>;
}
