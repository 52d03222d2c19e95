import type { ProviderDescription } from '../provider-description.ts';

export const together: ProviderDescription = {
  name: 'together',
  dialects: ['openai-chat'],
  baseUrl: { 'openai-chat': 'https://api.together.xyz/v1' },
  auth: 'bearer',
  keyVariables: ['TOGETHER_API_KEY'],
  quirks: { maxTokensField: 'max_tokens', noDeveloperRole: true, reasoningIn: 'reasoning' },
  models: [],
  modelPrefixes: [],
};
