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
    // EmbeddingRequest of @mistralai/mistralai 2.7; of 257 inputs it says "Too many inputs in request".
    embeddings: {
      maxInputs: 256,
      dimensionsField: 'output_dimension',
      vectorTypes: true,
      textsOnly: true,
      noUser: true,
    },
  },
  models: [
    { id: 'mistral-large-latest' },
    { id: 'mistral-medium-latest' },
    { id: 'mistral-small-latest' },
    { id: 'magistral-medium-2507' },
    { id: 'codestral-latest' },
    { id: 'mistral-embed', ability: { embeddings: true, dimensions: [1024] } },
    { id: 'codestral-embed', ability: { embeddings: true } },
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
