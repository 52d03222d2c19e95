import * as z from 'zod';
import type { GatewayError } from '../../chat/error.ts';
import { isJsonObject, type JsonValue } from '../../json/json-value.ts';
import { parseJson } from '../../json/parse-json.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import { cleanProviderText, toldRetryAfter } from '../provider-text.ts';

/** Errors' names and the statuses that they come with, for errors inside a stream. */
const STATUSES: ReadonlyMap<string, number> = new Map([
  ['validationException', 400],
  ['modelTimeoutException', 408],
  ['modelStreamErrorException', 424],
  ['throttlingException', 429],
  ['internalServerException', 500],
  ['serviceUnavailableException', 503],
]);

export const isException = (name: string): boolean => name.endsWith('Exception');

const Said = z.string().catch('');
const WireError = z.looseObject({ message: Said, Message: Said });

const messageOf = (body: JsonValue): string => {
  const parsed = WireError.safeParse(body);
  if (!parsed.success) return '';
  return cleanProviderText(parsed.data.message || parsed.data.Message);
};

/** True of a body that tells an error in place of what was asked. */
export const isErrorBody = (body: JsonValue): boolean =>
  isJsonObject(body) &&
  body['output'] === undefined &&
  (typeof body['message'] === 'string' ||
    typeof body['Message'] === 'string' ||
    typeof body['__type'] === 'string');

/** An error inside a stream, by its name, or inside a 200, which has none. */
export const decodeException = (name: string, body: JsonValue, provider: string): GatewayError =>
  failureOf({ provider, status: STATUSES.get(name), message: messageOf(body), retry: undefined });

/** An error that a stream's framing tells, whatever dialect its events are in. */
export function decodeBedrockException(
  { event = '', data }: SseEvent,
  provider: string,
): GatewayError {
  const body = parseJson(data);
  return decodeException(event, body.ok ? body.value : null, provider);
}

interface Failure {
  readonly provider: string;
  readonly status: number | undefined;
  readonly message: string;
  readonly retry: number | undefined;
  readonly name?: string | undefined;
}

/**
 * A provider's reply of 3xx, 4xx or 5xx as a failure. HTML, empty and foreign bodies are fine: they
 * tell nothing. `headers` have lower-case names.
 * Source: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
 */
export function decodeBedrockError(
  status: number,
  headers: { readonly [name: string]: string },
  bodyText: string,
  provider: string,
): GatewayError {
  const parsed = parseJson(bodyText);
  const message = parsed.ok ? messageOf(parsed.value) : '';
  // `ThrottlingException:http://internal.amazon.com/…`
  const name = (headers['x-amzn-errortype'] ?? '').split(':', 1)[0];
  const isQuota = status === 400 && name === QUOTA;
  return failureOf({
    provider,
    status: isQuota ? 429 : status,
    message,
    retry: toldRetryAfter(headers),
    name,
  });
}

/** Told as a bad request, which it isn't: the account has no more of it for now. */
const QUOTA = 'ServiceQuotaExceededException';

const REFUSALS = [400, 404, 409, 413, 422] as const;

function failureOf({ provider, status, message, retry, name }: Failure): GatewayError {
  const wait = retry === undefined ? {} : { retryAfterSeconds: retry };
  if (status === 401 || status === 403) return { kind: 'provider_auth', provider, status };
  if (status === 429) {
    const detail = message || 'no reason was given.';
    return { kind: 'provider_rate_limited', provider, detail, ...wait };
  }
  const refused = REFUSALS.find((known) => known === status);
  if (refused !== undefined) {
    const detail = message || `it answered with status ${refused} and no reason.`;
    const code = cleanProviderText(name ?? '');
    return {
      kind: 'provider_refused',
      provider,
      status: refused,
      detail,
      ...(code === '' ? {} : { code }),
    };
  }
  return {
    kind: 'provider_failed',
    provider,
    ...(status === undefined ? {} : { status }),
    ...(status === 503 ? { overloaded: true } : {}),
    ...wait,
  };
}
