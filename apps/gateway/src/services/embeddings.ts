import type { Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import type { EmbeddingReply, EmbeddingRequest } from '@tollgate/core/embeddings';
import type { Call } from './call.ts';

/** Embeddings in the hub's words. Bodies of OpenAI's dialect pass through the chat service's `wire`. */
export interface EmbeddingService {
  create(call: Call, request: EmbeddingRequest): Promise<Result<EmbeddingReply, GatewayError>>;
}
