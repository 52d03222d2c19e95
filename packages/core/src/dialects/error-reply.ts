import type { GatewayError } from '../chat/error.ts';
import { retryAfterSeconds } from '../chat/error-facts.ts';
import type { JsonObject } from '../json/json-value.ts';

/** A failure as a face sends it. */
export interface ErrorReply {
  readonly status: number;
  /** Lower-case names; `content-type` is the face's business. */
  readonly headers: { readonly [name: string]: string };
  readonly body: JsonObject;
}

/** `retry-after` where it is known, `allow` for a wrong method: the same in every dialect. */
export function errorHeaders(error: GatewayError): ErrorReply['headers'] {
  const seconds = retryAfterSeconds(error);
  return {
    ...(seconds === undefined ? {} : { 'retry-after': String(seconds) }),
    ...(error.kind === 'method_not_allowed' ? { allow: error.allow.join(', ') } : {}),
  };
}
