import type { GatewayError } from '@tollgate/core/chat';
import {
  decodeAnthropicError,
  decodeBedrockError,
  decodeCohereError,
  decodeGeminiError,
  decodeOpenAiError,
  type ProviderDialectId,
} from '@tollgate/core/dialects';
import { endpointOf, familyOf, type Operation } from '@tollgate/core/providers';
import type { ProviderConfig } from '../config/config.ts';
import type { ProviderFailure } from './wire-protocol.ts';

const DECODERS = {
  'openai-chat': decodeOpenAiError,
  'openai-responses': decodeOpenAiError,
  'anthropic-messages': decodeAnthropicError,
  gemini: decodeGeminiError,
  'cohere-chat': decodeCohereError,
  'bedrock-converse': decodeBedrockError,
} as const satisfies Record<ProviderDialectId, typeof decodeOpenAiError>;

/** What a provider's refusal means, read in the dialect that it was asked in. */
export function readFailure(
  operation: Operation,
  provider: ProviderConfig,
  failure: ProviderFailure,
): GatewayError {
  const decode = DECODERS[endpointOf(provider, operation).errors ?? familyOf(operation)];
  return decode(failure.status, failure.headers, failure.body, provider.name);
}
