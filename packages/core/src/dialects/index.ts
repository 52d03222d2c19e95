export { openAiEmbeddingsPassage } from '../embeddings/openai-passage.ts';
export {
  anthropicErrorBody,
  anthropicMessages,
  anthropicTokenCounting,
  decodeAnthropicError,
  encodeAnthropicError,
} from './anthropic-messages/index.ts';
export {
  bedrockConverse,
  decodeBedrockError,
  decodeBedrockException,
} from './bedrock-converse/index.ts';
export { clientPaths } from './client-words.ts';
export { cohereChat, decodeCohereError } from './cohere-chat/index.ts';
export type * from './dialect.ts';
export type * from './dialect-id.ts';
export type { ErrorReply } from './error-reply.ts';
export {
  decodeGeminiError,
  encodeGeminiError,
  gemini,
  geminiErrorBody,
  geminiTokenCounting,
  renamedGeminiCount,
} from './gemini/index.ts';
export * from './hub/index.ts';
export { encodeNativeError } from './native/errors.ts';
export { native } from './native/index.ts';
export {
  type DecodedNativeRequest,
  decodeNativeRequest,
  type NativeOptions,
} from './native/request.ts';
export * from './native/wire.ts';
export { openAiChat } from './openai-chat/index.ts';
export { openAiCompletions } from './openai-completions/index.ts';
export {
  decodeOpenAiError,
  encodeOpenAiError,
  openAiErrorBody,
} from './openai-errors.ts';
export {
  decodeKeptRequest,
  failedFields,
  inputItems,
  openAiResponses,
  repeatedFields,
} from './openai-responses/index.ts';
export type * from './passage.ts';
export { toldRetryAfter } from './provider-text.ts';
export { type ReplyHead, readReplyHead } from './reply-headers.ts';
export { jsonPath, wireProblem } from './wire-problem.ts';
