import type { ProviderDescription } from '../provider-description.ts';

/** On the operator's own machine. Source: https://lmstudio.ai/docs/developer, openai-compat and anthropic-compat. */
export const lmstudio: ProviderDescription = {
  name: 'lmstudio',
  dialects: ['openai-chat', 'openai-responses', 'anthropic-messages'],
  baseUrl: {
    'openai-chat': 'http://127.0.0.1:1234/v1',
    'openai-responses': 'http://127.0.0.1:1234/v1',
    'anthropic-messages': 'http://127.0.0.1:1234',
  },
  auth: 'none',
  keyVariables: [],
  // https://github.com/lmstudio-ai/lmstudio-bug-tracker/issues/1120: images in base64 only
  quirks: { maxTokensField: 'max_tokens', noDeveloperRole: true, noMediaUrls: true },
  pricedAs: { free: true },
  models: [],
  modelPrefixes: [],
};
