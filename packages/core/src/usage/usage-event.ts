import type { ErrorKind } from '../chat/error.ts';
import type { Usage } from '../chat/usage.ts';

/** How a call ended. `client_closed`: the client left; `failed`: everything else that went wrong. */
export type CallStatus = 'ok' | 'failed' | 'client_closed';

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
  readonly face: string;
  readonly modelAsked: string;
  readonly provider?: string;
  readonly modelServed?: string;
  readonly stream: boolean;
  readonly attempt: number;
  /** Absent when nothing was sent to a provider: nothing can have been spent. */
  readonly usage?: Usage;
  readonly status: CallStatus;
  readonly errorKind?: ErrorKind;
  readonly latencyMs: number;
  readonly timeToFirstTokenMs?: number;
  /** What was dropped or changed on the way, by path. */
  readonly losses: readonly string[];
}
