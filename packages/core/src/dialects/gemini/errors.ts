import * as z from 'zod';
import { describeError } from '../../chat/describe-error.ts';
import type { ErrorKind, GatewayError } from '../../chat/error.ts';
import { retryAfterSeconds, statusOf } from '../../chat/error-facts.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { parseJson } from '../../json/parse-json.ts';
import { type ErrorReply, errorHeaders } from '../error-reply.ts';
import { exceedsContext } from '../exceeds-context.ts';
import { cleanProviderText, toldRetryAfter } from '../provider-text.ts';

/** `google.rpc.Code`, as far as it is used; each face status has one. */
const STATUS_WORDS: { readonly [status: number]: string } = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  402: 'RESOURCE_EXHAUSTED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  405: 'UNIMPLEMENTED',
  409: 'ABORTED',
  413: 'INVALID_ARGUMENT',
  415: 'INVALID_ARGUMENT',
  422: 'INVALID_ARGUMENT',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  500: 'INTERNAL',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

/** What `ErrorInfo` calls a failure whose status alone doesn't tell it from others. */
const REASONS: { readonly [kind in ErrorKind]?: string } = {
  invalid_key: 'API_KEY_INVALID',
  unauthorized: 'API_KEY_MISSING',
};

/** The reply that Google's official clients understand, for any failure. */
export function encodeGeminiError(error: GatewayError): ErrorReply {
  return {
    status: statusOf(error),
    headers: errorHeaders(error),
    body: geminiErrorBody(error),
  };
}

/** The body alone: also what stands in a stream in place of its end. */
export function geminiErrorBody(error: GatewayError): JsonObject {
  const code = statusOf(error);
  const details = detailsOf(error);
  return {
    error: {
      code,
      message: messageOf(error),
      status: STATUS_WORDS[code] ?? (code < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL'),
      ...(details.length === 0 ? {} : { details }),
    },
  };
}

/** As the dialect's own provider says that a conversation is too long. */
const TOO_LONG = 'The input token count exceeds the maximum number of tokens allowed';

function messageOf(error: GatewayError): string {
  const told = describeError(error);
  const isSaid = /input token count/i.test(told);
  return exceedsContext(error) && !isSaid ? `${TOO_LONG}: ${told}` : told;
}

const TYPE = 'type.googleapis.com/google.rpc';

function detailsOf(error: GatewayError): readonly JsonObject[] {
  const seconds = retryAfterSeconds(error);
  const field = error.kind === 'invalid_request' ? error.path : undefined;
  const reason = REASONS[error.kind];
  return [
    ...(reason === undefined ? [] : [{ '@type': `${TYPE}.ErrorInfo`, reason }]),
    ...(field === undefined
      ? []
      : [
          {
            '@type': `${TYPE}.BadRequest`,
            fieldViolations: [{ field, description: describeError(error) }],
          },
        ]),
    ...(seconds === undefined ? [] : [{ '@type': `${TYPE}.RetryInfo`, retryDelay: `${seconds}s` }]),
  ];
}

const Text = z.string().nullish().catch(undefined);

const WireError = z.looseObject({
  code: z.number().nullish().catch(undefined),
  message: Text,
  status: Text,
  details: z
    .array(z.looseObject({ '@type': Text, retryDelay: Text, reason: Text }))
    .nullish()
    .catch(undefined),
});

interface Told {
  readonly code: number | undefined;
  readonly message: string;
  readonly word: string | undefined;
  readonly reason: string | undefined;
  readonly retry: number | undefined;
}

const NOTHING: Told = {
  code: undefined,
  message: '',
  word: undefined,
  reason: undefined,
  retry: undefined,
};

function readTold(body: JsonValue): Told {
  // Without `alt=sse` a stream is a list, and so is its error.
  const only: JsonValue | undefined = Array.isArray(body) ? body[0] : body;
  const parsed = WireError.safeParse(isJsonObject(only) ? only['error'] : undefined);
  if (!parsed.success) return NOTHING;
  const { code, message, status, details } = parsed.data;
  const delay = details?.find(({ retryDelay }) => retryDelay != null)?.retryDelay ?? '';
  const retry = /^(\d+(?:\.\d+)?)s$/.exec(delay)?.[1];
  return {
    code: code ?? undefined,
    message: cleanProviderText(message ?? ''),
    word: status ?? undefined,
    reason: details?.find((one) => one.reason != null)?.reason ?? undefined,
    retry: retry === undefined ? undefined : Number(retry),
  };
}

/** True of a body or piece that tells an error in place of what was asked. */
export const isErrorBody = (body: JsonValue): boolean =>
  Array.isArray(body)
    ? body.length === 1 && isJsonObject(body[0]) && isJsonObject(body[0]['error'])
    : isJsonObject(body) && isJsonObject(body['error']);

/** An error inside a 200. */
export function decodeErrorBody(body: JsonValue, provider: string): GatewayError {
  const told = readTold(body);
  return failureOf(told, { provider, status: told.code ?? statusOfWord(told.word) });
}

/**
 * A provider's reply of 3xx, 4xx or 5xx as a failure. HTML, empty and foreign bodies are fine: they
 * tell nothing. `headers` have lower-case names.
 */
export function decodeGeminiError(
  status: number,
  headers: { readonly [name: string]: string },
  bodyText: string,
  provider: string,
): GatewayError {
  const parsed = parseJson(bodyText);
  const told = parsed.ok ? readTold(parsed.value) : NOTHING;
  const retry = toldRetryAfter(headers) ?? told.retry;
  return failureOf({ ...told, retry }, { provider, status });
}

/** Words that stand for several statuses mean the first of them. */
function statusOfWord(word: string | undefined): number | undefined {
  const found = Object.entries(STATUS_WORDS).find(([, known]) => known === word);
  return found === undefined ? undefined : Number(found[0]);
}

/** Keys that are refused come as 400 here. */
const KEY_REASONS = ['API_KEY_INVALID', 'API_KEY_EXPIRED', 'API_KEY_SERVICE_BLOCKED'];

const REFUSALS = [400, 404, 409, 413, 422] as const;

function failureOf(
  { message, word, reason, retry }: Told,
  { provider, status }: { readonly provider: string; readonly status: number | undefined },
): GatewayError {
  const wait = retry === undefined ? {} : { retryAfterSeconds: retry };
  const isKey = reason !== undefined && KEY_REASONS.includes(reason);
  if (isKey || status === 401 || status === 402 || status === 403) {
    return { kind: 'provider_auth', provider, status: status ?? 401 };
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
      ...(word === undefined ? {} : { code: cleanProviderText(word) }),
    };
  }
  const overloaded = status === 503;
  return {
    kind: 'provider_failed',
    provider,
    ...(status === undefined ? {} : { status }),
    ...(overloaded ? { overloaded } : {}),
    ...wait,
  };
}
