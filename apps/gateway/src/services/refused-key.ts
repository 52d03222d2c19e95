import type { GatewayError } from '@tollgate/core/chat';
import type { Log } from '../ports/log.ts';
import type { Call } from './call.ts';

/** A provider's 401 or 403 is about the operator's key: the log says whose, the client is told less. */
export function logRefusedKey(
  log: Log,
  call: Call,
  { provider, status }: Extract<GatewayError, { readonly kind: 'provider_auth' }>,
): void {
  log.error(
    { callId: call.id, provider, status },
    `the provider refused our key: check the apiKey of providers.${provider}`,
  );
}
