import type { ProviderDescription } from '../provider-description.ts';

/**
 * Messages first: on Chat Completions most models think inside `<think>` within their text.
 * Sources: https://platform.minimax.io/docs/api-reference, text-anthropic-api and text-openai-api.
 */
export const minimax: ProviderDescription = {
  name: 'minimax',
  dialects: ['anthropic-messages', 'openai-chat', 'openai-responses'],
  baseUrl: {
    'anthropic-messages': 'https://api.minimax.io/anthropic',
    'openai-chat': 'https://api.minimax.io/v1',
    'openai-responses': 'https://api.minimax.io/v1',
  },
  auth: 'bearer',
  keyVariables: ['MINIMAX_API_KEY'],
  quirks: { maxTokensField: 'max_tokens', noDeveloperRole: true },
  models: [{ id: 'MiniMax-M3' }, { id: 'MiniMax-M2.7' }, { id: 'MiniMax-M2.7-highspeed' }],
  modelPrefixes: ['MiniMax-'],
};
