import type { ProviderDescription } from '../provider-description.ts';

/** Sources: https://docs.fireworks.ai/tools-sdks/anthropic-compatibility, https://docs.fireworks.ai/nexus/apis-and-sdks */
export const fireworks: ProviderDescription = {
  name: 'fireworks',
  dialects: ['openai-chat', 'openai-responses', 'anthropic-messages'],
  baseUrl: {
    'openai-chat': 'https://api.fireworks.ai/inference/v1',
    'openai-responses': 'https://api.fireworks.ai/inference/v1',
    'anthropic-messages': 'https://api.fireworks.ai/inference',
  },
  auth: 'bearer',
  keyVariables: ['FIREWORKS_API_KEY'],
  quirks: { maxTokensField: 'max_tokens', noDeveloperRole: true },
  // https://docs.fireworks.ai/guides/response-api
  responses: { keeps: true, background: false },
  models: [],
  modelPrefixes: ['accounts/fireworks/'],
};
