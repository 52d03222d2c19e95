import type { ProviderDescription } from '../provider-description.ts';

export const xai: ProviderDescription = {
  name: 'xai',
  dialects: ['openai-chat', 'openai-responses'],
  baseUrl: { 'openai-chat': 'https://api.x.ai/v1', 'openai-responses': 'https://api.x.ai/v1' },
  auth: 'bearer',
  keyVariables: ['XAI_API_KEY'],
  quirks: { completionExcludesReasoning: true, promptExcludesCached: true, runsCustomTools: true },
  pricedAs: 'x-ai',
  // docs.x.ai: kept for 30 days; nothing runs in the background.
  responses: { keeps: true, background: false },
  models: [
    { id: 'grok-4.5' },
    { id: 'grok-4-fast-reasoning' },
    { id: 'grok-4-fast-non-reasoning' },
    { id: 'grok-code-fast-1' },
    { id: 'grok-3-mini' },
  ],
  modelPrefixes: ['grok-'],
};
