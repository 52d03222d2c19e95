import * as z from 'zod';
import { describeError } from '../chat/describe-error.ts';
import type { ErrorKind, GatewayError } from '../chat/error.ts';
import { statusOf } from '../chat/error-facts.ts';
import { isJsonObject, type JsonObject } from '../json/json-value.ts';
import { parseJson } from '../json/parse-json.ts';
import { type ErrorReply, errorHeaders } from './error-reply.ts';
import { exceedsContext } from './exceeds-context.ts';
import { cleanProviderText, toldRetryAfter } from './provider-text.ts';

interface Words {
  readonly type: string;
  readonly code: string | null;
}

const invalid = (code: string | null): Words => ({ type: 'invalid_request_error', code });
const server = (code: string): Words => ({ type: 'server_error', code });

/** This dialect's own words for each kind of failure; statuses are the same on every face. */
const WORDS = {
  invalid_request: invalid(null),
  invalid_json: invalid('invalid_json'),
  body_too_large: invalid('request_too_large'),
  unsupported_media_type: invalid('unsupported_media_type'),
  method_not_allowed: invalid('method_not_allowed'),
  endpoint_not_found: invalid('unknown_url'),
  unauthorized: invalid('missing_api_key'),
  invalid_key: invalid('invalid_api_key'),
  forbidden: invalid('permission_denied'),
  model_not_found: invalid('model_not_found'),
  response_not_found: invalid(null),
  record_not_found: invalid('record_not_found'),
  conflict: invalid('conflict'),
  not_expressible: invalid('unsupported_parameter'),
  rate_limited: { type: 'requests', code: 'rate_limit_exceeded' },
  quota_exceeded: { type: 'insufficient_quota', code: 'insufficient_quota' },
  budget_exceeded: { type: 'insufficient_quota', code: 'budget_exceeded' },
  model_without_price: invalid('model_without_price'),
  no_healthy_model: server('no_healthy_model'),
  governance_unavailable: server('governance_unavailable'),
  ledger_unavailable: server('ledger_unavailable'),
  storage_unavailable: server('storage_unavailable'),
  shutting_down: server('shutting_down'),
  provider_refused: invalid(null),
  provider_rate_limited: { type: 'requests', code: 'rate_limit_exceeded' },
  provider_auth: server('provider_auth'),
  provider_failed: server('provider_failed'),
  provider_unreachable: server('provider_unreachable'),
  provider_timeout: server('provider_timeout'),
  provider_invalid_reply: server('provider_invalid_reply'),
  provider_truncated: server('provider_truncated'),
  tool_not_called: server('tool_not_called'),
  client_closed: invalid('client_closed_request'),
  internal: server('internal_error'),
} as const satisfies Record<ErrorKind, Words>;

/** The reply that OpenAI's official clients understand, for any failure. */
export function encodeOpenAiError(error: GatewayError): ErrorReply {
  return {
    status: statusOf(error),
    headers: errorHeaders(error),
    body: openAiErrorBody(error),
  };
}

/** `{"error": …}` alone: also what stands in a stream in place of its end. */
export function openAiErrorBody(error: GatewayError): JsonObject {
  const words: Words = WORDS[error.kind];
  return {
    error: {
      message: describeError(error),
      type: words.type,
      param: paramOf(error) ?? null,
      code: codeOf(error) ?? words.code,
    },
  };
}

/** A code that depends on more than the kind. */
function codeOf(error: GatewayError): string | undefined {
  if (exceedsContext(error)) return 'context_length_exceeded';
  if (error.kind === 'provider_refused') return error.code;
  const isContinuing = error.kind === 'response_not_found' && error.path !== undefined;
  return isContinuing ? 'previous_response_not_found' : undefined;
}

function paramOf(error: GatewayError): string | undefined {
  switch (error.kind) {
    case 'invalid_request':
    case 'response_not_found':
      return error.path;
    case 'provider_refused':
      return error.param;
    case 'not_expressible':
      return error.losses[0]?.path;
    case 'model_not_found':
    case 'model_without_price':
      return 'model';
    default:
      return undefined;
  }
}

const Text = z.string().nullish().catch(undefined);

/** What look-alikes put beside or in place of `error`; strings and numbers both serve as codes. */
const WireError = z.looseObject({
  message: Text,
  type: Text,
  param: Text,
  code: z.union([z.string(), z.number()]).nullish().catch(undefined),
});

interface Told {
  readonly message: string | undefined;
  readonly code: string | undefined;
  readonly param: string | undefined;
  /** Code and type together, for looking up what it is about. */
  readonly about: string;
  readonly status: number | undefined;
}

function readTold(value: unknown): Told {
  const nothing = { code: undefined, param: undefined, about: '', status: undefined };
  if (typeof value === 'string') return { ...nothing, message: value };
  const parsed = WireError.safeParse(value);
  if (!parsed.success) return { ...nothing, message: undefined };
  const { message, type, param, code } = parsed.data;
  const numeric = Number(code ?? Number.NaN);
  return {
    message: message ?? undefined,
    code: typeof code === 'string' ? code : undefined,
    param: param ?? undefined,
    about: `${code ?? ''} ${type ?? ''}`,
    status: Number.isInteger(numeric) && numeric >= 400 && numeric <= 599 ? numeric : undefined,
  };
}

const REFUSALS = [400, 404, 409, 413, 422] as const;

/** Which failure a status or, in a stream that has none, the error's own code stands for. */
function failureOf(
  told: Told,
  facts: { provider: string; status?: number; retry?: number },
): GatewayError {
  const { provider } = facts;
  const status = facts.status ?? told.status ?? statusByCode(told.about);
  const retry = facts.retry === undefined ? {} : { retryAfterSeconds: facts.retry };
  if (status === 401 || status === 402 || status === 403) {
    return { kind: 'provider_auth', provider, status };
  }
  if (status === 429) {
    const detail = cleanProviderText(told.message ?? '') || 'no reason was given.';
    return { kind: 'provider_rate_limited', provider, detail, ...retry };
  }
  const refused = REFUSALS.find((known) => known === status);
  if (refused !== undefined) {
    return {
      kind: 'provider_refused',
      provider,
      status: refused,
      detail:
        cleanProviderText(told.message ?? '') ||
        `it answered with status ${refused} and no reason.`,
      ...(told.code === undefined ? {} : { code: cleanProviderText(told.code) }),
      ...(told.param === undefined ? {} : { param: cleanProviderText(told.param) }),
    };
  }
  const overloaded = status === 503 || status === 529 || /overloaded/.test(told.about);
  return {
    kind: 'provider_failed',
    provider,
    ...(status === undefined ? {} : { status }),
    ...(overloaded ? { overloaded } : {}),
    ...retry,
  };
}

function statusByCode(about: string): number | undefined {
  if (/rate_limit|insufficient_quota|too_many_requests/.test(about)) return 429;
  if (/invalid_api_key|authentication|permission/.test(about)) return 401;
  if (/invalid_request|context_length_exceeded|content_policy|invalid_prompt/.test(about))
    return 400;
  return undefined;
}

/**
 * A provider's reply of 3xx, 4xx or 5xx as a failure. HTML, empty and foreign bodies are fine: they
 * tell nothing. `headers` have lower-case names.
 */
export function decodeOpenAiError(
  status: number,
  headers: { readonly [name: string]: string },
  bodyText: string,
  provider: string,
): GatewayError {
  const retry = toldRetryAfter(headers);
  return failureOf(toldIn(bodyText), {
    provider,
    status,
    ...(retry === undefined ? {} : { retry }),
  });
}

/** An error inside a 200: the value of `error` in a body or a chunk. */
export const decodeErrorValue = (value: unknown, provider: string): GatewayError =>
  failureOf(readTold(value), { provider });

/** The error that a body or chunk is, or carries; undefined when it is none. */
export function errorValueOf(body: JsonObject): unknown {
  const error = body['error'];
  if (isJsonObject(error) || (typeof error === 'string' && error !== '')) return error;
  return body['object'] === 'error' ? body : undefined;
}

function toldIn(bodyText: string): Told {
  const parsed = parseJson(bodyText);
  if (!parsed.ok) return readTold(undefined);
  const body = parsed.value;
  // Some look-alikes wrap the object in an array.
  const object = Array.isArray(body) ? body[0] : body;
  if (!isJsonObject(object)) return readTold(undefined);
  return readTold(
    errorValueOf(object) ?? (typeof object['detail'] === 'string' ? object['detail'] : object),
  );
}
