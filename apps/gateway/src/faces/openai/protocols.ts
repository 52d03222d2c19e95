import type { GatewayError } from '@tollgate/core/chat';
import {
  type Dialect,
  openAiChat,
  openAiCompletions,
  openAiEmbeddingsPassage,
  openAiResponses,
} from '@tollgate/core/dialects';
import { openAiEmbeddings } from '@tollgate/core/embeddings';
import type { SseEvent } from '@tollgate/core/sse';
import type { WireProtocol } from '../../services/wire-protocol.ts';
import type { EmbeddingWire } from '../http/embedding-handler.ts';
import type { Face } from '../http/face.ts';

export interface OpenAiProtocols {
  readonly chat: WireProtocol;
  readonly completions: WireProtocol;
  readonly embeddings: EmbeddingWire;
  readonly responses: WireProtocol & { readonly dialect: Dialect };
}

/** The four wires of OpenAI's face. */
export function openAiProtocols(face: Face): OpenAiProtocols {
  const errorEvent = (error: GatewayError): SseEvent => ({
    data: JSON.stringify(face.encodeError(error).body),
  });
  const headers = [{ name: 'openai-beta', isHint: true }];
  return {
    chat: {
      operation: 'openai-chat',
      passage: openAiChat.passage,
      dialect: openAiChat,
      headers,
      errorEvent,
    },
    completions: {
      operation: 'openai-completions',
      passage: openAiCompletions.passage,
      dialect: openAiCompletions,
      errorEvent,
    },
    embeddings: {
      protocol: {
        operation: 'openai-embeddings',
        passage: openAiEmbeddingsPassage,
        dialect: undefined,
        errorEvent,
      },
      face: openAiEmbeddings,
    },
    responses: {
      operation: 'openai-responses',
      passage: openAiResponses.passage,
      dialect: openAiResponses,
      headers,
      errorEvent: (error) => ({
        event: 'error',
        // Nothing was told before it: a response that has begun ends as failed.
        data: JSON.stringify({ ...errorFields(face, error), type: 'error', sequence_number: 0 }),
      }),
    },
  };
}

/** The Responses API's error event has the error's fields at its top. */
function errorFields(face: Face, error: GatewayError): object {
  const body = face.encodeError(error).body;
  return typeof body === 'object' && body !== null && 'error' in body
    ? { ...(body.error as object) }
    : {};
}
