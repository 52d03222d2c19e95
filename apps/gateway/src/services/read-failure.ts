import type { GatewayError } from '@tollgate/core/chat';
import { decodeAnthropicError, decodeOpenAiError } from '@tollgate/core/dialects';
import { familyOf, type Operation } from './provider-request.ts';
import type { ProviderFailure } from './wire-protocol.ts';

/** What a provider's refusal means, read in the dialect that it was asked in. */
export function readFailure(
  operation: Operation,
  provider: string,
  failure: ProviderFailure,
): GatewayError {
  const decode =
    familyOf(operation) === 'anthropic-messages' ? decodeAnthropicError : decodeOpenAiError;
  return decode(failure.status, failure.headers, failure.body, provider);
}
