import type { ProviderDescription } from '../provider-description.ts';

/** The hosted API catalogue; a NIM of one's own is a vLLM. Source: https://docs.api.nvidia.com/nim/reference/llm-apis */
export const nvidia: ProviderDescription = {
  name: 'nvidia',
  dialects: ['openai-chat'],
  baseUrl: { 'openai-chat': 'https://integrate.api.nvidia.com/v1' },
  auth: 'bearer',
  keyVariables: ['NVIDIA_API_KEY'],
  quirks: { maxTokensField: 'max_tokens', noDeveloperRole: true },
  models: [],
  modelPrefixes: ['nvidia/'],
};
