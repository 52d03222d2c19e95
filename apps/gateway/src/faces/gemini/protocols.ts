import {
  gemini,
  geminiErrorBody,
  geminiTokenCounting,
  renamedGeminiCount,
} from '@tollgate/core/dialects';
import {
  type EmbeddingFace,
  geminiBatchEmbedContents,
  geminiEmbedContent,
  geminiEmbeddingsPassage,
  renamedEmbedding,
} from '@tollgate/core/embeddings';
import type { WireProtocol } from '../../services/wire-protocol.ts';
import type { CountingFace } from '../http/count-handler.ts';
import type { EmbeddingWire } from '../http/embedding-handler.ts';

/** `generateContent`, whole or streamed. */
export const generateProtocol: WireProtocol = {
  operation: 'gemini',
  passage: gemini.passage,
  dialect: gemini,
  errorEvent: (error) => ({ data: JSON.stringify(geminiErrorBody(error)) }),
};

/** The same body, to be counted and not answered. */
export const countingFace: CountingFace = {
  protocol: { ...generateProtocol, operation: 'gemini-count-tokens' },
  counting: geminiTokenCounting,
  renamed: renamedGeminiCount,
};

const embedding = (operation: WireProtocol['operation'], face: EmbeddingFace): EmbeddingWire => ({
  protocol: {
    operation,
    passage: geminiEmbeddingsPassage,
    dialect: undefined,
    errorEvent: generateProtocol.errorEvent,
  },
  face,
  renamed: renamedEmbedding,
});

/** One content to one vector, and several to as many. */
export const embedContent = embedding('gemini-embed-content', geminiEmbedContent);
export const batchEmbedContents = embedding(
  'gemini-batch-embed-contents',
  geminiBatchEmbedContents,
);
