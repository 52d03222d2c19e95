import { ok } from '@tollgate/core';
import { AwsV4Signer } from 'aws4fetch';
import type { Secret } from '../../config/secret.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ProviderAuth } from '../../ports/provider-auth.ts';

export interface AwsSigning {
  readonly accessKeyId: Secret;
  readonly secretAccessKey: Secret;
  readonly sessionToken?: Secret;
  readonly region: string;
  /** The service as signatures name it. */
  readonly service: string;
  readonly clock: Clock;
}

/** One for a day, and the next day's. */
const MOST_KEYS = 2;

/**
 * Signs each request, its body included, by AWS's Signature Version 4. Only the host, the date and the
 * session's token are signed of the headers: nothing on the way may change those.
 */
export function createAwsAuth({
  clock,
  region,
  service,
  ...credentials
}: AwsSigning): ProviderAuth {
  /** Keys derived from the secret, by day. */
  const keys = new Map<string, ArrayBuffer>();
  return {
    async prove({ url, method, body }) {
      if (keys.size > MOST_KEYS) keys.clear();
      const signer = new AwsV4Signer({
        method,
        url: url.href,
        ...(body === undefined ? undefined : { body: bytesOf(body) }),
        accessKeyId: credentials.accessKeyId.reveal(),
        secretAccessKey: credentials.secretAccessKey.reveal(),
        ...(credentials.sessionToken === undefined
          ? undefined
          : { sessionToken: credentials.sessionToken.reveal() }),
        region,
        service,
        datetime: new Date(clock.now()).toISOString().replace(/[:-]|\.\d{3}/g, ''),
        cache: keys,
      });
      const { headers } = await signer.sign();
      return ok(Object.fromEntries(headers));
    },
  };
}

/** Its types take no view of a buffer that might be shared. */
const bytesOf = (body: Uint8Array | string): string | Uint8Array<ArrayBuffer> =>
  typeof body === 'string' ? body : new Uint8Array(body);
