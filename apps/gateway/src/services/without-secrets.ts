import type { GatewayError } from '@tollgate/core/chat';
import type { ProviderConfig } from '../config/config.ts';
import { Secret } from '../config/secret.ts';

/**
 * A failure whose words are the provider's own, without the key and the address that it may quote.
 * What merely looks like a key or a link is gone already; this knows the real ones.
 */
export function withoutSecrets(error: GatewayError, provider: ProviderConfig): GatewayError {
  if (error.kind !== 'provider_refused' && error.kind !== 'provider_rate_limited') return error;
  const secrets = secretsOf(provider);
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
