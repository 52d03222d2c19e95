import type { ProviderDescription } from '../provider-description.ts';

/**
 * DashScope's international endpoint; other regions by `baseUrl`.
 * Source: https://help.aliyun.com/en/model-studio/compatibility-with-openai-responses-api
 */
export const alibaba: ProviderDescription = {
  name: 'alibaba',
  dialects: ['openai-chat', 'openai-responses', 'anthropic-messages'],
  baseUrl: {
    'openai-chat': 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
    'openai-responses': 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1',
    'anthropic-messages': 'https://dashscope-intl.aliyuncs.com/apps/anthropic',
  },
  auth: 'bearer',
  keyVariables: ['ALIBABA_API_KEY', 'DASHSCOPE_API_KEY'],
  quirks: { maxTokensField: 'max_tokens', noDeveloperRole: true, flatUsage: true },
  models: [{ id: 'qwen3-max' }, { id: 'qwen-plus' }, { id: 'qwen-flash' }],
  modelPrefixes: ['qwen-', 'qwen3-', 'qwq-', 'qvq-'],
};
