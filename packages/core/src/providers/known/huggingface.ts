import type { ProviderDescription } from '../provider-description.ts';

/** Inference Providers, behind one router. Source: https://huggingface.co/docs/inference-providers, guides/responses-api too. */
export const huggingface: ProviderDescription = {
  name: 'huggingface',
  dialects: ['openai-chat', 'openai-responses'],
  baseUrl: {
    'openai-chat': 'https://router.huggingface.co/v1',
    'openai-responses': 'https://router.huggingface.co/v1',
  },
  auth: 'bearer',
  keyVariables: ['HF_TOKEN', 'HUGGINGFACE_API_KEY'],
  quirks: { maxTokensField: 'max_tokens', noDeveloperRole: true },
  models: [],
  modelPrefixes: [],
};
