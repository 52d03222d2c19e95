import type { ProviderDescription } from '../provider-description.ts';

/**
 * `llama-server` at its own default port, which is Tollgate's too: one of them moves.
 * Source: https://github.com/ggml-org/llama.cpp, tools/server/README.md
 */
export const llamacpp: ProviderDescription = {
  name: 'llamacpp',
  dialects: ['openai-chat', 'openai-responses', 'anthropic-messages'],
  baseUrl: {
    'openai-chat': 'http://127.0.0.1:8080/v1',
    'openai-responses': 'http://127.0.0.1:8080/v1',
    'anthropic-messages': 'http://127.0.0.1:8080',
  },
  auth: 'none',
  keyVariables: [],
  quirks: {
    maxTokensField: 'max_tokens',
    noDeveloperRole: true,
    reasoningField: 'reasoning_content',
  },
  pricedAs: { free: true },
  models: [],
  modelPrefixes: [],
};
