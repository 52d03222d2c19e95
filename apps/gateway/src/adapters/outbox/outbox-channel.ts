import type {
  DeadReason,
  OutboxBatch,
  OutboxCursor,
  OutboxOutcome,
} from '../../ports/outbox-store.ts';

/** What became of one sending of a batch. */
export type Sending =
  /** Each item has its outcome, by place. `again`: go on at once, with what waits; `later`: after a pause. */
  | {
      readonly type: 'settled';
      readonly outcomes: readonly OutboxOutcome[];
      readonly next: 'again' | 'later';
      readonly cursor?: OutboxCursor;
    }
  /** Given up as it is, under its key. */
  | { readonly type: 'buried'; readonly reason: DeadReason }
  /** It goes again as it is, after a pause; `isUnusable`: an answer came that told nothing. */
  | { readonly type: 'later'; readonly isUnusable?: boolean; readonly retryAfterMs?: number };

/** One way out of the gateway: what a batch of it looks like, and who takes it. */
export interface OutboxChannel {
  readonly name: string;
  /** Of the next batch that is made. */
  maxItems(): number;
  /** The batch's items are the same at each sending, and so is what it makes of them. Never rejects for what others do. */
  send(batch: OutboxBatch, signal: AbortSignal): Promise<Sending>;
  /** Items that nobody took for so long are given up, milliseconds. Absent: they wait for ever. */
  readonly giveUpAfterMs?: number;
  /** While nobody takes them, the oldest beyond so many are forgotten. Absent: none is. */
  readonly keepAtMost?: number;
  /** Ends what it holds open. */
  close?(): Promise<void>;
}
