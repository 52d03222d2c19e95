import type { Charge, Intent, TokenEstimate, UsageEvent } from '@tollgate/core/usage';
import type { BookedPrice } from '../../../ports/price-book.ts';

/** A charge whose amount is decimal text, since batches cross threads as JSON. */
export type TextCharge = Omit<Charge, 'amount'> & { readonly amount: string };

export interface BatchedIntent {
  readonly intent: Omit<Intent, 'claims'>;
  readonly claims: readonly TextCharge[];
}

export interface BatchedEvent {
  readonly event: UsageEvent;
  readonly price?: BookedPrice | undefined;
  readonly charges: readonly TextCharge[];
  readonly isLost?: boolean | undefined;
}

export interface BatchedExtension {
  readonly callId: string;
  readonly estimate: TokenEstimate;
  readonly claims: readonly TextCharge[] | undefined;
}

/** What one transaction writes. Writing it twice is the same as once. */
export interface LedgerBatch {
  /** Unix milliseconds: the writer's heartbeat. */
  readonly at: number;
  readonly intents: readonly BatchedIntent[];
  readonly extended: readonly BatchedExtension[];
  /** Calls that were told no after all, and never left. */
  readonly withdrawn: readonly string[];
  readonly events: readonly BatchedEvent[];
}

export const textCharges = (charges: readonly Charge[] = []): readonly TextCharge[] =>
  charges.map((charge) => ({ ...charge, amount: String(charge.amount) }));

export const chargesOfText = (charges: readonly TextCharge[]): readonly Charge[] =>
  charges.map((charge) => ({ ...charge, amount: BigInt(charge.amount) }));
