export type * from './embedding.ts';
export {
  decodeReply as decodeOpenAiEmbeddings,
  decodeRequest as decodeOpenAiEmbeddingRequest,
  encodeReply as encodeOpenAiEmbeddings,
  encodeRequest as encodeOpenAiEmbeddingRequest,
} from './openai-codec.ts';
export { openAiEmbeddingsPassage } from './openai-passage.ts';
export { toBase64, toFloats } from './vector.ts';
