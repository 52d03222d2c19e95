import type { GatewayError } from '@tollgate/core/chat';
import type { FaceName } from '../../config/face-names.ts';

/** What all HTTP faces have in common with each other: a name, and their own body for an error. */
export interface Face {
  readonly name: FaceName;
  /** Where the dialect's clients look for the call's id, beside `x-tollgate-call`. */
  readonly idHeader?: string;
  /** `callId` is absent within a stream, whose headers have told it. */
  encodeError(error: GatewayError, callId?: string): ErrorReply;
}

export interface ErrorReply {
  readonly status: number;
  readonly headers: { readonly [name: string]: string };
  readonly body: unknown;
}
