import type { ProviderDescription } from '../provider-description.ts';

export const openrouter: ProviderDescription = {
  name: 'openrouter',
  dialects: ['openai-chat', 'openai-responses', 'anthropic-messages'],
  baseUrl: {
    'openai-chat': 'https://openrouter.ai/api/v1',
    'openai-responses': 'https://openrouter.ai/api/v1',
    'anthropic-messages': 'https://openrouter.ai/api',
  },
  auth: 'bearer',
  keyVariables: ['OPENROUTER_API_KEY'],
  quirks: {
    maxTokensField: 'max_tokens',
    reasoningField: 'reasoning',
    reasoningIn: 'reasoning',
    takesReasoningDetails: true,
  },
  models: [],
  modelPrefixes: [],
};
