import type { ReplyHead } from '@tollgate/core/dialects';
import type { Metadata, SaidMetadata } from '@tollgate/core/directory';
import type { Identity } from '@tollgate/core/governance';
import type { FaceName } from '../config/face-names.ts';
import type { Destination } from './destination.ts';

/** One request on its way through the house, known to be from somebody. */
export interface Call {
  /** Minted here, UUIDv7: stands in `x-tollgate-call`, the ledger and the log. */
  readonly id: string;
  readonly face: FaceName;
  readonly identity: Identity;
  /** Unix milliseconds. */
  readonly startedAt: number;
  /** The clock's monotonic reading at the start, for durations. */
  readonly startedMonotonic: number;
  /** `x-tollgate-strict: true`: every loss is a refusal. */
  readonly strict: boolean;
  /** Fires when the client leaves. */
  readonly signal: AbortSignal;
  /** What its client says of it for its own reports, bounded. */
  readonly metadata?: Metadata;
  /** Told where it goes, once that is known: for the log. */
  readonly aim?: (at: Pick<Destination, 'provider' | 'model'>) => void;
  /** Told what of a provider's reply head is the client's to know, at each attempt. */
  readonly hear?: (head: ReplyHead) => void;
  /** Told the names of its client's metadata that its row has no room for. */
  readonly forget?: (names: readonly string[]) => void;
}

/** The same call, with what its request's body says of it. */
export function saidToBe(call: Call, said: SaidMetadata | undefined): Call {
  if (said === undefined) return call;
  if (said.leftOut.length > 0) call.forget?.(said.leftOut);
  return said.kept === undefined ? call : { ...call, metadata: said.kept };
}
