import type { ProviderDescription } from '../provider-description.ts';

/** Runs on the operator's own machine: no key switches it on, the file does. */
export const ollama: ProviderDescription = {
  name: 'ollama',
  dialects: ['openai-chat', 'openai-responses', 'anthropic-messages'],
  baseUrl: {
    'openai-chat': 'http://127.0.0.1:11434/v1',
    'openai-responses': 'http://127.0.0.1:11434/v1',
    'anthropic-messages': 'http://127.0.0.1:11434',
  },
  auth: 'none',
  keyVariables: [],
  quirks: {
    maxTokensField: 'max_tokens',
    noDeveloperRole: true,
    reasoningIn: 'reasoning',
    // https://docs.ollama.com/api/openai-compatibility: images in base64 only
    noMediaUrls: true,
    // https://github.com/ollama/ollama/issues/15457
    omits: ['tool_call_index'],
  },
  models: [],
  modelPrefixes: [],
};
