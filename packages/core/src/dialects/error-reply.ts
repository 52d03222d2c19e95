import type { GatewayError } from '../chat/error.ts';
import { retryAfterSeconds } from '../chat/error-facts.ts';
import type { JsonObject } from '../json/json-value.ts';

/** Official clients wait no longer than this for a limit to reset. */
const WORTH_WAITING_SECONDS = 60;

/** A failure as a face sends it. */
export interface ErrorReply {
  readonly status: number;
  /** Lower-case names; `content-type` is the face's business. */
  readonly headers: { readonly [name: string]: string };
  readonly body: JsonObject;
}

/**
 * `retry-after` where it is known, `allow` for a wrong method: the same in every dialect. OpenAI's and
 * Anthropic's clients retry each 429 and 5xx unless `x-should-retry` says that it is in vain: a budget
 * that stays used up, credentials that only an operator can mend.
 */
export function errorHeaders(error: GatewayError): ErrorReply['headers'] {
  const seconds = retryAfterSeconds(error);
  const isVain =
    error.kind === 'provider_auth' ||
    (error.kind === 'budget_exceeded' &&
      (seconds === undefined || seconds > WORTH_WAITING_SECONDS));
  return {
    ...(isVain ? { 'x-should-retry': 'false' } : {}),
    ...(seconds === undefined ? {} : { 'retry-after': String(seconds) }),
    ...(error.kind === 'method_not_allowed' ? { allow: error.allow.join(', ') } : {}),
  };
}
