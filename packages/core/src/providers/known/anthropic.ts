import type { ProviderDescription } from '../provider-description.ts';

/** Models: the official client's list, and what the predecessor listed. */
export const anthropic: ProviderDescription = {
  name: 'anthropic',
  dialects: ['anthropic-messages'],
  baseUrl: { 'anthropic-messages': 'https://api.anthropic.com' },
  auth: 'x-api-key',
  keyVariables: ['ANTHROPIC_API_KEY'],
  quirks: {},
  models: [
    { id: 'claude-opus-5-5' },
    { id: 'claude-sonnet-5-5' },
    { id: 'claude-haiku-5-5' },
    { id: 'claude-fable-5-2' },
    { id: 'claude-fable-5-1' },
    { id: 'claude-sonnet-5' },
    { id: 'claude-opus-5' },
    { id: 'claude-fable-5' },
    { id: 'claude-opus-4-8' },
    { id: 'claude-opus-4-7' },
    { id: 'claude-opus-4-6' },
    { id: 'claude-sonnet-4-6' },
    { id: 'claude-opus-4-5' },
    { id: 'claude-sonnet-4-5' },
    { id: 'claude-haiku-4-5' },
    { id: 'claude-3-5-sonnet-20241022', created: 1729555200 },
    { id: 'claude-3-5-haiku-20241022', created: 1729555200 },
    { id: 'claude-3-opus-20240229', created: 1709164800 },
  ],
  modelPrefixes: ['claude-'],
};
