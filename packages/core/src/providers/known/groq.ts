import type { ProviderDescription } from '../provider-description.ts';

export const groq: ProviderDescription = {
  name: 'groq',
  dialects: ['openai-chat', 'openai-responses'],
  baseUrl: {
    'openai-chat': 'https://api.groq.com/openai/v1',
    'openai-responses': 'https://api.groq.com/openai/v1',
  },
  basePath: '/openai/v1',
  auth: 'bearer',
  keyVariables: ['GROQ_API_KEY'],
  quirks: { usageIn: 'x_groq', reasoningField: 'reasoning', reasoningIn: 'reasoning' },
  // console.groq.com/docs/flex-processing: as on demand. `performance` is bought beforehand.
  tierPercent: { flex: 100 },
  models: [{ id: 'llama-3.3-70b-versatile' }, { id: 'llama-3.1-8b-instant' }],
  modelPrefixes: [],
};
