/** The wire dialects. The first six below are chat dialects that providers speak. */
export type DialectId =
  | 'openai-chat'
  | 'openai-responses'
  | 'anthropic-messages'
  | 'gemini'
  | 'cohere-chat'
  | 'bedrock-converse'
  /** OpenAI's legacy text completions. */
  | 'openai-completions'
  | 'openai-embeddings'
  | 'gemini-embeddings'
  | 'cohere-embeddings'
  /** The predecessor's contract: a face only. */
  | 'native'
  /** The hub on the wire, versioned: what tRPC speaks. A face only. */
  | 'hub';

/** Dialects that a provider can be configured to speak. */
export type ProviderDialectId =
  | 'openai-chat'
  | 'openai-responses'
  | 'anthropic-messages'
  | 'gemini'
  | 'cohere-chat'
  | 'bedrock-converse';
