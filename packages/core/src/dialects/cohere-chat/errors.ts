import * as z from 'zod';
import type { GatewayError } from '../../chat/error.ts';
import { isJsonObject, type JsonValue } from '../../json/json-value.ts';
import { parseJson } from '../../json/parse-json.ts';
import { cleanProviderText, toldRetryAfter } from '../provider-text.ts';

/** `{ id, message }`; proxies before the API say `{ error: { message } }`, or `{ error: "…" }`. */
const Said = z.string().catch('');
const WireError = z.looseObject({
  message: Said,
  error: z
    .union([z.string(), z.looseObject({ message: Said })])
    .nullish()
    .catch(undefined),
});

function messageOf(body: JsonValue): string {
  const parsed = WireError.safeParse(body);
  if (!parsed.success) return '';
  const { message, error } = parsed.data;
  const within = typeof error === 'string' ? error : (error?.message ?? '');
  return cleanProviderText(message === '' ? within : message);
}

/** True of a body or payload that tells an error in place of what was asked. */
export function isErrorBody(body: JsonValue): boolean {
  if (!isJsonObject(body)) return false;
  const { type, message, error } = body;
  if (type !== undefined) return type === 'error';
  return typeof message === 'string' || typeof error === 'string' || isJsonObject(error);
}

/** An error inside a 200; a status only where its reason stands for one. */
export const failedWithin = (provider: string, status?: number): GatewayError => ({
  kind: 'provider_failed',
  provider,
  ...(status === undefined ? {} : { status }),
});

const REFUSALS = [400, 404, 409, 413, 422] as const;

/**
 * A provider's reply of 3xx, 4xx or 5xx as a failure. HTML, empty and foreign bodies are fine: they
 * tell nothing. `headers` have lower-case names.
 * Source: https://docs.cohere.com/reference/errors
 */
export function decodeCohereError(
  status: number,
  headers: { readonly [name: string]: string },
  bodyText: string,
  provider: string,
): GatewayError {
  const retry = toldRetryAfter(headers);
  const wait = retry === undefined ? {} : { retryAfterSeconds: retry };
  const parsed = parseJson(bodyText);
  const message = parsed.ok ? messageOf(parsed.value) : '';
  if (AUTH.includes(status)) return { kind: 'provider_auth', provider, status };
  if (status === 429) {
    const detail = message || 'no reason was given.';
    return { kind: 'provider_rate_limited', provider, detail, ...wait };
  }
  const refused = REFUSALS.find((known) => known === status);
  if (refused !== undefined) {
    const detail = message || `it answered with status ${refused} and no reason.`;
    return { kind: 'provider_refused', provider, status: refused, detail };
  }
  const overloaded = status === 503;
  return {
    kind: 'provider_failed',
    provider,
    status,
    ...(overloaded ? { overloaded } : {}),
    ...wait,
  };
}

/** 402: the account's limit of spending; 498: a key that is blocked. */
const AUTH = [401, 402, 403, 498];
