import type { ProviderDescription } from '../provider-description.ts';

/** Gemini through its OpenAI-compatible endpoint; its own dialect is not spoken yet. */
export const google: ProviderDescription = {
  name: 'google',
  dialects: ['openai-chat'],
  baseUrl: { 'openai-chat': 'https://generativelanguage.googleapis.com/v1beta/openai' },
  auth: 'bearer',
  keyVariables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
  quirks: {},
  models: [{ id: 'gemini-3.1-pro-preview' }, { id: 'gemini-3-pro-preview' }],
  modelPrefixes: ['gemini-'],
};
