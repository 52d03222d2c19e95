import type { ProviderDescription } from '../provider-description.ts';

/** Refuses fields it does not know, `stream_options` among them; usage comes without being asked for. */
export const mistral: ProviderDescription = {
  name: 'mistral',
  dialects: ['openai-chat'],
  baseUrl: { 'openai-chat': 'https://api.mistral.ai/v1' },
  basePath: '/v1',
  auth: 'bearer',
  keyVariables: ['MISTRAL_API_KEY'],
  quirks: {
    maxTokensField: 'max_tokens',
    noStreamOptions: true,
    noDeveloperRole: true,
    flatUsage: true,
    reasoningIn: 'content',
    omits: ['role', 'tool_call_index', 'tool_call_type'],
  },
  models: [
    { id: 'mistral-large-latest' },
    { id: 'mistral-medium-latest' },
    { id: 'mistral-small-latest' },
    { id: 'magistral-medium-2507' },
    { id: 'codestral-latest' },
    { id: 'mistral-embed' },
  ],
  modelPrefixes: [
    'mistral-',
    'ministral-',
    'magistral-',
    'codestral-',
    'devstral-',
    'pixtral-',
    'voxtral-',
    'open-mistral-',
    'open-mixtral-',
  ],
};
