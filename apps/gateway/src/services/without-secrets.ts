import type { GatewayError } from '@tollgate/core/chat';
import { isJsonObject, type JsonObject, type JsonValue, parseJson } from '@tollgate/core/json';
import type { ProviderConfig } from '../config/config.ts';
import { Secret } from '../config/secret.ts';

/**
 * A failure whose words are the provider's own, without the key and the address that it may quote,
 * nor what opens the client's servers in the body that was sent. What merely looks like a key or a
 * link is gone already; this knows the real ones.
 */
export function withoutSecrets(
  error: GatewayError,
  provider: ProviderConfig,
  sent?: JsonObject | string,
): GatewayError {
  if (error.kind !== 'provider_refused' && error.kind !== 'provider_rate_limited') return error;
  const secrets = [...secretsOf(provider), ...tokensIn(sent)];
  const clean = (text: string): string =>
    secrets.reduce((rest, [secret, name]) => rest.replaceAll(secret, name), text);
  if (error.kind === 'provider_rate_limited') return { ...error, detail: clean(error.detail) };
  return {
    ...error,
    detail: clean(error.detail),
    ...(error.code === undefined ? undefined : { code: clean(error.code) }),
    ...(error.param === undefined ? undefined : { param: clean(error.param) }),
  };
}

/** With the port first, of which the name alone is a part. A bare word as a host is no secret. */
function secretsOf({
  apiKey,
  baseUrl,
  proof,
}: ProviderConfig): readonly (readonly [string, string])[] {
  const keys = [apiKey, ...Object.values(proof ?? {})].flatMap((one) =>
    one instanceof Secret ? [one.reveal()] : [],
  );
  const hosts = Object.values(baseUrl).flatMap((address) => {
    const { host, hostname } = new URL(address);
    return [host, hostname].filter((name) => /[.:]/.test(name));
  });
  return [
    ...keys.map((key) => [key, '[key]'] as const),
    ...hosts.map((host) => [host, '[address]'] as const),
  ];
}

/** Too short to be one, and to be sought without finding it in other words. */
const SHORTEST_TOKEN = 6;
const SCHEME = /^(?:bearer|basic|token) +/i;

/** Where dialects list what a provider may call by itself. */
const LISTS = ['tools', 'mcp_servers'];
/** Where the hub has what all dialects say of such a tool, and what one said. */
const WITHIN = ['shared', 'raw'];

/** The tokens and headers for servers of tools: in every place that a dialect, or a batch of calls, has for them. */
export function tokensIn(
  sent: JsonObject | string | undefined,
): readonly (readonly [string, string])[] {
  const parsed = typeof sent === 'string' ? parseJson(sent) : undefined;
  const body = parsed === undefined ? sent : parsed.ok ? parsed.value : undefined;
  return (
    listedIn(body)
      .flatMap(({ authorization, authorization_token: token, headers }) => [
        ...[authorization, token],
        ...(headers !== undefined && isJsonObject(headers) ? Object.values(headers) : []),
      ])
      // A token is quoted without the scheme that its header names.
      .flatMap((value) => (typeof value === 'string' ? [value, value.replace(SCHEME, '')] : []))
      .flatMap((value) => (value.length >= SHORTEST_TOKEN ? [[value, '[token]']] : []))
  );
}

function listedIn(value: JsonValue | undefined): readonly JsonObject[] {
  if (Array.isArray(value)) return value.flatMap(listedIn);
  if (value === undefined || !isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, field]) =>
    LISTS.includes(name) && Array.isArray(field) ? field.flatMap(entriesOf) : listedIn(field),
  );
}

const entriesOf = (entry: JsonValue): readonly JsonObject[] =>
  isJsonObject(entry)
    ? [entry, ...WITHIN.flatMap((name) => entry[name] ?? []).filter(isJsonObject)]
    : [];
