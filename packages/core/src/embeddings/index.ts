export { cohereEmbeddings } from './cohere-codec.ts';
export type * from './embedding.ts';
export { countedInput } from './embedding.ts';
export type { EmbeddingFace, EmbeddingProvider } from './embedding-dialect.ts';
export {
  geminiBatchEmbedContents,
  geminiEmbedContent,
  geminiEmbeddings,
} from './gemini-codec.ts';
export { geminiEmbeddingsPassage, renamedEmbedding } from './gemini-passage.ts';
export { isRefusedEmbedding, openAiEmbeddings } from './openai-embeddings.ts';
export { openAiEmbeddingsPassage } from './openai-passage.ts';
export { toBase64, toFloats } from './vector.ts';
