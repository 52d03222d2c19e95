import type { ErrorKind } from '../chat/error.ts';
import type { Usage } from '../chat/usage.ts';

/** How a call ended. `client_closed`: the client left; `failed`: everything else that went wrong. */
export type CallStatus = 'ok' | 'failed' | 'client_closed';

/**
 * What a call cost. An amount is in whole pico-dollars, as decimal text, since it may pass what a number
 * holds exactly; `priceId` names the price that it was computed by, which the ledger keeps. An unknown
 * cost is null, with the reason, and never 0.
 */
export type Cost =
  | { readonly picoUsd: string; readonly priceId: string }
  | { readonly picoUsd: null; readonly reason: string };

/**
 * Characters of a model's name. Clients and providers choose it, as long as they please, and much that is
 * remembered for each model goes by it.
 */
export const LONGEST_MODEL_NAME = 512;

/** What one call cost in tokens. Each call that was admitted ends in exactly one of these. */
export interface UsageEvent {
  /** Minted by the gateway, never taken from a header: UUIDv7. */
  readonly callId: string;
  /** When the call was admitted, Unix milliseconds. */
  readonly startedAt: number;
  readonly keyId: string;
  readonly keyName: string;
  /** Present for users of a governance service. */
  readonly user?: { readonly id: string; readonly externalId: string; readonly email: string };
  /** Whose call it was; absent where nobody said. */
  readonly userId?: string;
  readonly teamId?: string;
  readonly organisationId?: string;
  /** Sorted. */
  readonly tags?: readonly string[];
  /** What key and client say of the call for their own reports; bounded where it comes in. */
  readonly metadata?: { readonly [name: string]: string };
  readonly face: string;
  readonly modelAsked: string;
  readonly provider?: string;
  /** As the provider was asked for it, where it answered by another name. */
  readonly modelSent?: string;
  readonly modelServed?: string;
  /** The class of service that it was served in, as its provider says; else the one asked for, if any. */
  readonly serviceTier?: string;
  readonly stream: boolean;
  readonly attempt: number;
  /**
   * The booked call that this one corrects: its counts and cost are differences, which may be negative,
   * and it counts as no call of its own.
   */
  readonly corrects?: string;
  /** Absent when nothing was sent to a provider: nothing can have been spent. */
  readonly usage?: Usage;
  /** Present beside `usage`. */
  readonly cost?: Cost;
  readonly status: CallStatus;
  readonly errorKind?: ErrorKind;
  readonly latencyMs: number;
  readonly timeToFirstTokenMs?: number;
  /** What was dropped or changed on the way, by path. */
  readonly losses: readonly string[];
}
