import type { GatewayError } from '@tollgate/core/chat';
import type { FaceName } from '../../config/face-names.ts';

/** What all HTTP faces have in common with each other: a name, and their own body for an error. */
export interface Face {
  readonly name: FaceName;
  /**
   * Where the dialect's clients look for a request's id. It holds the call's, as `x-tollgate-call` does,
   * or the provider's where that has one under the same name.
   */
  readonly idHeader?: string;
  /** `requestId` is what `idHeader` holds, else the call's id; absent within a stream, whose headers have told it. */
  encodeError(error: GatewayError, requestId?: string): ErrorReply;
}

export interface ErrorReply {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: unknown;
}
