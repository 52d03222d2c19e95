import type { ProviderDescription } from '../provider-description.ts';

export const perplexity: ProviderDescription = {
  name: 'perplexity',
  dialects: ['openai-chat'],
  baseUrl: { 'openai-chat': 'https://api.perplexity.ai' },
  auth: 'bearer',
  keyVariables: ['PERPLEXITY_API_KEY'],
  quirks: {
    maxTokensField: 'max_tokens',
    noStreamOptions: true,
    noDeveloperRole: true,
    flatUsage: true,
    completionExcludesReasoning: true,
    omits: ['object'],
  },
  models: [
    { id: 'sonar' },
    { id: 'sonar-pro' },
    { id: 'sonar-reasoning-pro' },
    { id: 'sonar-deep-research' },
  ],
  modelPrefixes: ['sonar-'],
};
