import type { ProviderDescription } from '../provider-description.ts';

export const deepseek: ProviderDescription = {
  name: 'deepseek',
  dialects: ['openai-chat', 'anthropic-messages'],
  baseUrl: {
    'openai-chat': 'https://api.deepseek.com',
    'anthropic-messages': 'https://api.deepseek.com/anthropic',
  },
  auth: 'bearer',
  keyVariables: ['DEEPSEEK_API_KEY'],
  quirks: {
    maxTokensField: 'max_tokens',
    noDeveloperRole: true,
    // It knows JSON mode only, and thinking models refuse to be made to call a tool.
    // Sources: https://api-docs.deepseek.com/api/create-chat-completion, BerriAI/litellm#31466
    outputBy: 'words',
    reasoningField: 'reasoning_content',
    flatUsage: true,
  },
  models: [
    { id: 'deepseek-v4-pro' },
    { id: 'deepseek-flash' },
    { id: 'deepseek-chat' },
    { id: 'deepseek-reasoner' },
  ],
  modelPrefixes: ['deepseek-'],
};
