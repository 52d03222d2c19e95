import type { ProviderDialectId } from '../dialects/dialect-id.ts';

/** What is called at a provider: a chat dialect, or one of the smaller endpoints beside it. */
export type Operation =
  | ProviderDialectId
  | 'openai-completions'
  | 'openai-embeddings'
  | 'gemini-embed-content'
  | 'gemini-batch-embed-contents'
  | 'cohere-embeddings'
  | 'openai-count-tokens'
  | 'anthropic-count-tokens'
  | 'gemini-count-tokens';

/** The smaller endpoints live beside the dialect that they came with. */
const FAMILY = {
  'openai-chat': 'openai-chat',
  'openai-responses': 'openai-responses',
  'openai-completions': 'openai-chat',
  'openai-embeddings': 'openai-chat',
  'openai-count-tokens': 'openai-responses',
  'anthropic-messages': 'anthropic-messages',
  'anthropic-count-tokens': 'anthropic-messages',
  gemini: 'gemini',
  'gemini-count-tokens': 'gemini',
  'gemini-embed-content': 'gemini',
  'gemini-batch-embed-contents': 'gemini',
  'cohere-chat': 'cohere-chat',
  'cohere-embeddings': 'cohere-chat',
  'bedrock-converse': 'bedrock-converse',
} as const satisfies Record<Operation, ProviderDialectId>;

export const familyOf = (operation: Operation): ProviderDialectId => FAMILY[operation];
