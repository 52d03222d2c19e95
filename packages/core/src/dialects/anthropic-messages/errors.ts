import { describeError } from '../../chat/describe-error.ts';
import type { ErrorKind, GatewayError } from '../../chat/error.ts';
import { statusOf } from '../../chat/error-facts.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { parseJson } from '../../json/parse-json.ts';
import { type ErrorReply, errorHeaders } from '../error-reply.ts';
import { exceedsContext } from '../exceeds-context.ts';
import { cleanProviderText, toldRetryAfter } from '../provider-text.ts';
import { WireError } from './wire.ts';

type AnthropicErrorType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'billing_error'
  | 'permission_error'
  | 'not_found_error'
  | 'request_too_large'
  | 'rate_limit_error'
  | 'timeout_error'
  | 'api_error'
  | 'overloaded_error';

/** Source: https://platform.claude.com/docs/en/api/errors */
const TYPES = {
  invalid_request: 'invalid_request_error',
  invalid_json: 'invalid_request_error',
  body_too_large: 'request_too_large',
  unsupported_media_type: 'invalid_request_error',
  method_not_allowed: 'invalid_request_error',
  endpoint_not_found: 'not_found_error',
  unauthorized: 'authentication_error',
  invalid_key: 'authentication_error',
  forbidden: 'permission_error',
  model_not_found: 'not_found_error',
  response_not_found: 'not_found_error',
  record_not_found: 'not_found_error',
  conflict: 'invalid_request_error',
  not_expressible: 'invalid_request_error',
  rate_limited: 'rate_limit_error',
  quota_exceeded: 'rate_limit_error',
  budget_exceeded: 'rate_limit_error',
  model_without_price: 'billing_error',
  no_healthy_model: 'overloaded_error',
  governance_unavailable: 'api_error',
  ledger_unavailable: 'api_error',
  storage_unavailable: 'api_error',
  shutting_down: 'overloaded_error',
  provider_refused: 'invalid_request_error',
  provider_rate_limited: 'rate_limit_error',
  provider_auth: 'api_error',
  provider_failed: 'api_error',
  provider_unreachable: 'api_error',
  provider_timeout: 'timeout_error',
  provider_invalid_reply: 'api_error',
  provider_truncated: 'api_error',
  tool_not_called: 'api_error',
  client_closed: 'api_error',
  internal: 'api_error',
} as const satisfies Record<ErrorKind, AnthropicErrorType>;

/** The dialect's own status for "overloaded"; its clients know it by this number. */
const OVERLOADED = 529;

/** The reply that Anthropic's official clients understand, for any failure. */
export function encodeAnthropicError(error: GatewayError): ErrorReply {
  const isOverloaded = error.kind === 'provider_failed' && error.overloaded === true;
  return {
    status: isOverloaded ? OVERLOADED : statusOf(error),
    headers: errorHeaders(error),
    body: anthropicErrorBody(error),
  };
}

/** The body alone: also the data of `event: error` in a stream. */
export const anthropicErrorBody = (error: GatewayError): JsonObject => ({
  type: 'error',
  error: { type: typeOf(error), message: messageOf(error) },
});

/** Its clients know by these words that a conversation has to become shorter. */
const TOO_LONG = 'prompt is too long';

function messageOf(error: GatewayError): string {
  const told = describeError(error);
  return exceedsContext(error) && !told.includes(TOO_LONG) ? `${TOO_LONG}: ${told}` : told;
}

function typeOf(error: GatewayError): AnthropicErrorType {
  if (error.kind === 'provider_failed' && error.overloaded === true) return 'overloaded_error';
  if (statusOf(error) === 402) return 'billing_error';
  if (error.kind === 'provider_refused') {
    if (error.status === 404) return 'not_found_error';
    if (error.status === 413) return 'request_too_large';
  }
  return TYPES[error.kind];
}

/** Statuses of the types, for errors inside a stream, which have none of their own. */
const STATUSES: ReadonlyMap<string, number> = new Map([
  ['invalid_request_error', 400],
  ['authentication_error', 401],
  ['billing_error', 402],
  ['permission_error', 403],
  ['not_found_error', 404],
  ['request_too_large', 413],
  ['rate_limit_error', 429],
  ['api_error', 500],
  ['timeout_error', 504],
  ['overloaded_error', OVERLOADED],
]);

const REFUSALS = [400, 404, 409, 413, 422] as const;

interface Failure {
  readonly provider: string;
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly message: string;
  readonly retry?: number | undefined;
}

/**
 * A provider's reply of 3xx, 4xx or 5xx as a failure. HTML, empty and foreign bodies are fine: they
 * tell nothing. `headers` have lower-case names.
 */
export function decodeAnthropicError(
  status: number,
  headers: { readonly [name: string]: string },
  bodyText: string,
  provider: string,
): GatewayError {
  const parsed = parseJson(bodyText);
  const told = readTold(parsed.ok ? parsed.value : null);
  return failureOf({ ...told, provider, status, retry: toldRetryAfter(headers) });
}

/** An error inside a 200: the data of `event: error`, or a body whose type is `error`. */
export function decodeErrorBody(body: JsonValue, provider: string): GatewayError {
  const told = readTold(body);
  return failureOf({ ...told, provider, status: STATUSES.get(told.type ?? '') });
}

/** True of a body or payload that tells an error in place of what was asked. */
export const isErrorBody = (body: JsonValue): boolean =>
  isJsonObject(body) && (body['type'] === 'error' || isJsonObject(body['error']));

function readTold(body: JsonValue): {
  readonly type: string | undefined;
  readonly message: string;
} {
  const parsed = WireError.safeParse(body);
  if (!parsed.success) return { type: undefined, message: '' };
  const { type, message } = parsed.data.error;
  return { type: type ?? undefined, message: cleanProviderText(message ?? '') };
}

function failureOf({ provider, status, type, message, retry }: Failure): GatewayError {
  const wait = retry === undefined ? {} : { retryAfterSeconds: retry };
  if (status === 401 || status === 402 || status === 403) {
    return { kind: 'provider_auth', provider, status };
  }
  if (status === 429) {
    const detail = message || 'no reason was given.';
    return { kind: 'provider_rate_limited', provider, detail, ...wait };
  }
  const refused = REFUSALS.find((known) => known === status);
  if (refused !== undefined) {
    return {
      kind: 'provider_refused',
      provider,
      status: refused,
      detail: message || `it answered with status ${refused} and no reason.`,
      ...(type === undefined ? {} : { code: cleanProviderText(type) }),
    };
  }
  const overloaded = status === 503 || status === OVERLOADED || type === 'overloaded_error';
  return {
    kind: 'provider_failed',
    provider,
    ...(status === undefined ? {} : { status }),
    ...(overloaded ? { overloaded } : {}),
    ...wait,
  };
}
