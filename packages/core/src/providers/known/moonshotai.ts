import type { ProviderDescription } from '../provider-description.ts';

/** Source: https://platform.kimi.ai/docs/api/overview */
export const moonshotai: ProviderDescription = {
  name: 'moonshotai',
  dialects: ['openai-chat', 'openai-responses', 'anthropic-messages'],
  baseUrl: {
    'openai-chat': 'https://api.moonshot.ai/v1',
    'openai-responses': 'https://api.moonshot.ai/v1',
    'anthropic-messages': 'https://api.moonshot.ai/anthropic',
  },
  auth: 'bearer',
  keyVariables: ['MOONSHOT_API_KEY'],
  quirks: {
    maxTokensField: 'max_tokens',
    noDeveloperRole: true,
    reasoningField: 'reasoning_content',
    usageIn: 'choices',
    flatUsage: true,
    omits: ['object'],
    // https://github.com/MoonshotAI/Kimi-K2.5/issues/33
    repeatsStart: true,
  },
  models: [{ id: 'kimi-k3' }],
  modelPrefixes: ['kimi-', 'moonshot-'],
};
