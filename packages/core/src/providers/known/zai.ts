import type { ProviderDescription } from '../provider-description.ts';

/**
 * The pay-as-you-go endpoints; those of the coding plan by `baseUrl`. Sources: https://docs.z.ai,
 * guides/develop/openai, guides/capabilities/thinking-mode and scenario-example/develop-tools/claude.
 */
export const zai: ProviderDescription = {
  name: 'zai',
  dialects: ['openai-chat', 'anthropic-messages'],
  baseUrl: {
    'openai-chat': 'https://api.z.ai/api/paas/v4',
    'anthropic-messages': 'https://api.z.ai/api/anthropic',
  },
  auth: 'bearer',
  keyVariables: ['ZAI_API_KEY'],
  quirks: {
    maxTokensField: 'max_tokens',
    noDeveloperRole: true,
    reasoningField: 'reasoning_content',
  },
  models: [{ id: 'glm-5.3' }, { id: 'glm-5.2' }, { id: 'glm-5.1' }, { id: 'glm-4.6' }],
  modelPrefixes: ['glm-'],
};
