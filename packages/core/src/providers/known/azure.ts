import type { ProviderDescription } from '../provider-description.ts';
import { openai } from './openai.ts';

/**
 * OpenAI's models on Azure: by the `v1` API, or by deployments where the operator names an
 * `apiVersion`. A model is called what its deployment is called, so none is known by name, and the
 * list of models is of what could be deployed. With a token of Entra: `auth: bearer`.
 * Sources: https://learn.microsoft.com/azure/ai-foundry/openai, api-version-lifecycle and reference;
 * the names of the variables are the official client's.
 */
export const azure: ProviderDescription = {
  name: 'azure',
  dialects: ['openai-chat', 'openai-responses'],
  isOneHost: true,
  baseUrl: {
    'openai-chat': 'https://{resource}.openai.azure.com',
    'openai-responses': 'https://{resource}.openai.azure.com',
  },
  basePath: '/openai/v1',
  words: {
    resource: { variables: ['AZURE_RESOURCE_NAME'] },
    apiVersion: { variables: ['OPENAI_API_VERSION'] },
  },
  variants: [
    {
      when: 'apiVersion',
      change: {
        basePath: '',
        endpoints: {
          'openai-chat': {
            path: '/openai/deployments/{model}/chat/completions?api-version={apiVersion}',
          },
          'openai-completions': {
            path: '/openai/deployments/{model}/completions?api-version={apiVersion}',
          },
          'openai-embeddings': {
            path: '/openai/deployments/{model}/embeddings?api-version={apiVersion}',
          },
          'openai-responses': { path: '/openai/responses?api-version={apiVersion}' },
          'openai-count-tokens': {
            path: '/openai/responses/input_tokens?api-version={apiVersion}',
          },
        },
      },
    },
  ],
  auth: 'api-key',
  responses: { keeps: true, background: true },
  keyVariables: ['AZURE_OPENAI_API_KEY', 'AZURE_API_KEY'],
  quirks: {},
  // learn.microsoft.com/azure/foundry/openai, how-to/flex-processing and how-to/batch: half.
  tierPercent: { flex: 50, batch: 50 },
  betas: { 'openai-beta': ['*'] },
  models: [],
  resold: [{ name: /^(.+)$/, models: openai.models }],
  modelList: 'none',
  modelPrefixes: [],
};
