import type { ProviderDescription } from '../provider-description.ts';

/** A server of the operator's own. Source: https://docs.vllm.ai/en/stable/serving/online_serving */
export const vllm: ProviderDescription = {
  name: 'vllm',
  dialects: ['openai-chat', 'openai-responses', 'anthropic-messages'],
  baseUrl: {
    'openai-chat': 'http://127.0.0.1:8000/v1',
    'openai-responses': 'http://127.0.0.1:8000/v1',
    'anthropic-messages': 'http://127.0.0.1:8000',
  },
  auth: 'none',
  keyVariables: [],
  quirks: { maxTokensField: 'max_tokens', noDeveloperRole: true, reasoningIn: 'reasoning' },
  pricedAs: { free: true },
  models: [],
  modelPrefixes: [],
};
