import type { ProviderDescription } from '../provider-description.ts';

/** The simulated provider: answered in process, so its addresses lead nowhere. */
export const sim: ProviderDescription = {
  name: 'sim',
  dialects: ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini'],
  baseUrl: {
    'openai-chat': 'http://sim.invalid/v1',
    'openai-responses': 'http://sim.invalid/v1',
    'anthropic-messages': 'http://sim.invalid',
    gemini: 'http://sim.invalid/v1beta',
  },
  auth: 'none',
  keyVariables: [],
  quirks: {},
  pricedAs: { free: true },
  models: [
    { id: 'echo' },
    { id: 'tools' },
    { id: 'reason' },
    { id: 'json' },
    { id: 'slow' },
    { id: 'length' },
    { id: 'cut' },
    { id: 'error-429' },
    { id: 'error-500' },
    { id: 'embed', ability: { embeddings: true } },
  ],
  modelPrefixes: [],
};
