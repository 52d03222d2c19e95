import type { ProviderDescription } from '../provider-description.ts';

export const cerebras: ProviderDescription = {
  name: 'cerebras',
  dialects: ['openai-chat'],
  baseUrl: { 'openai-chat': 'https://api.cerebras.ai/v1' },
  basePath: '/v1',
  auth: 'bearer',
  keyVariables: ['CEREBRAS_API_KEY'],
  quirks: { noDeveloperRole: true, reasoningIn: 'reasoning' },
  models: [{ id: 'gpt-oss-120b' }],
  modelPrefixes: [],
};
