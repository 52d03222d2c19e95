import { describeError } from '../../chat/describe-error.ts';
import type { ErrorKind, GatewayError } from '../../chat/error.ts';
import { statusOf } from '../../chat/error-facts.ts';
import type { JsonObject } from '../../json/json-value.ts';
import { type ErrorReply, errorHeaders } from '../error-reply.ts';

interface Words {
  readonly type: string;
  readonly code: string;
}

const INVALID: Words = { type: 'invalid_request_error', code: 'invalid_request' };
const UPSTREAM: Words = { type: 'upstream_error', code: 'provider_error' };
const RATE_LIMIT: Words = { type: 'rate_limit_error', code: 'rate_limit_exceeded' };
const UNAVAILABLE: Words = { type: 'service_unavailable', code: 'service_unavailable' };

/** Upper-case codes are the predecessor's, which its clients match. */
const WORDS = {
  invalid_request: INVALID,
  invalid_json: INVALID,
  body_too_large: { type: 'invalid_request_error', code: 'body_too_large' },
  unsupported_media_type: { type: 'invalid_request_error', code: 'unsupported_media_type' },
  method_not_allowed: { type: 'invalid_request_error', code: 'method_not_allowed' },
  endpoint_not_found: { type: 'not_found_error', code: 'endpoint_not_found' },
  unauthorized: { type: 'authentication_error', code: 'UNAUTHORIZED' },
  invalid_key: { type: 'authentication_error', code: 'INVALID_TOKEN' },
  forbidden: { type: 'permission_error', code: 'FORBIDDEN' },
  model_not_found: { type: 'not_found_error', code: 'model_not_found' },
  response_not_found: { type: 'not_found_error', code: 'response_not_found' },
  record_not_found: { type: 'not_found_error', code: 'record_not_found' },
  conflict: { type: 'invalid_request_error', code: 'conflict' },
  not_expressible: INVALID,
  rate_limited: RATE_LIMIT,
  quota_exceeded: { type: 'rate_limit_error', code: 'QUOTA_EXCEEDED' },
  budget_exceeded: { type: 'rate_limit_error', code: 'budget_exceeded' },
  model_without_price: { type: 'invalid_request_error', code: 'model_without_price' },
  no_healthy_model: UNAVAILABLE,
  governance_unavailable: UNAVAILABLE,
  ledger_unavailable: UNAVAILABLE,
  storage_unavailable: UNAVAILABLE,
  shutting_down: UNAVAILABLE,
  provider_refused: INVALID,
  provider_rate_limited: RATE_LIMIT,
  provider_auth: UPSTREAM,
  provider_failed: UPSTREAM,
  provider_unreachable: UPSTREAM,
  provider_timeout: UPSTREAM,
  provider_invalid_reply: UPSTREAM,
  provider_truncated: UPSTREAM,
  tool_not_called: UPSTREAM,
  client_closed: { type: 'client_closed', code: 'client_closed' },
  internal: { type: 'server_error', code: 'internal_error' },
} as const satisfies Record<ErrorKind, Words>;

/** The one error body of the native face, for everything that can go wrong. */
export function encodeNativeError(error: GatewayError): ErrorReply {
  return {
    status: statusOf(error),
    headers: errorHeaders(error),
    body: {
      error: {
        message: describeError(error),
        type: WORDS[error.kind].type,
        code: WORDS[error.kind].code,
        ...('provider' in error ? { provider: error.provider } : {}),
      },
    },
  };
}

/** The body of an error inside a stream; nothing follows it. */
export function encodeStreamError(error: GatewayError): JsonObject {
  return {
    error: { message: describeError(error), type: 'stream_error', code: streamCode(error) },
  };
}

/** The contract names two codes of its own for streams; all others keep the whole body's code. */
function streamCode(error: GatewayError): string {
  switch (error.kind) {
    case 'provider_invalid_reply':
      return 'parse_error';
    case 'provider_truncated':
    case 'provider_unreachable':
    case 'provider_timeout':
      return 'connection_closed';
    default:
      return WORDS[error.kind].code;
  }
}
