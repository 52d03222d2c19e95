import type { ProviderDescription } from '../provider-description.ts';

export const fireworks: ProviderDescription = {
  name: 'fireworks',
  dialects: ['openai-chat'],
  baseUrl: { 'openai-chat': 'https://api.fireworks.ai/inference/v1' },
  auth: 'bearer',
  keyVariables: ['FIREWORKS_API_KEY'],
  quirks: { maxTokensField: 'max_tokens', noDeveloperRole: true },
  models: [],
  modelPrefixes: ['accounts/fireworks/'],
};
