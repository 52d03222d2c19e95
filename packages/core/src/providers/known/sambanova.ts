import type { ProviderDescription } from '../provider-description.ts';

/** Sources: https://docs.sambanova.ai/docs/en/features, openai-compatibility, responses and anthropic-compatibility. */
export const sambanova: ProviderDescription = {
  name: 'sambanova',
  dialects: ['openai-chat', 'openai-responses', 'anthropic-messages'],
  baseUrl: {
    'openai-chat': 'https://api.sambanova.ai/v1',
    'openai-responses': 'https://api.sambanova.ai/v1',
    'anthropic-messages': 'https://api.sambanova.ai',
  },
  auth: 'bearer',
  keyVariables: ['SAMBANOVA_API_KEY'],
  quirks: { maxTokensField: 'max_tokens', noDeveloperRole: true, reasoningIn: 'reasoning' },
  models: [],
  modelPrefixes: [],
};
