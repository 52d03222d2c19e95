import type { ProviderDescription } from '../provider-description.ts';

/** Gemini in its own dialect, and through its OpenAI-compatible endpoint. */
export const google: ProviderDescription = {
  name: 'google',
  dialects: ['gemini', 'openai-chat'],
  baseUrl: {
    gemini: 'https://generativelanguage.googleapis.com/v1beta',
    'openai-chat': 'https://generativelanguage.googleapis.com/v1beta/openai',
  },
  auth: 'bearer',
  authBy: { gemini: 'x-goog-api-key' },
  keyVariables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
  quirks: { serverTools: ['web-search', 'code-execution'] },
  // ai.google.dev/gemini-api/docs/optimization: half a token. `priority` is 75 to 100 % more, by model.
  tierPercent: { flex: 50, batch: 50 },
  models: [
    { id: 'gemini-3.1-pro-preview' },
    { id: 'gemini-3-pro-preview' },
    { id: 'gemini-embedding-2', ability: { embeddings: true } },
    { id: 'gemini-embedding-001', ability: { embeddings: true } },
  ],
  modelPrefixes: ['gemini-'],
};
