import type { Ability } from '../ability.ts';
import type { ProviderDescription } from '../provider-description.ts';

/** What stands in the pages of the models, docs.cohere.com/docs/models. */
const PLAIN: Ability = { images: false, files: false, audio: false, reasoning: false };
const REASONING: Ability = { images: false, files: false, audio: false };

/** Models: those of the official client's and the AI SDK's lists that are still served. */
export const cohere: ProviderDescription = {
  name: 'cohere',
  dialects: ['cohere-chat'],
  baseUrl: { 'cohere-chat': 'https://api.cohere.com' },
  auth: 'bearer',
  keyVariables: ['COHERE_API_KEY', 'CO_API_KEY'],
  quirks: {},
  models: [
    { id: 'command-a-plus-05-2026' },
    { id: 'command-a-reasoning-08-2025', ability: REASONING },
    { id: 'command-a-vision-07-2025', ability: { reasoning: false } },
    { id: 'command-a-03-2025', ability: PLAIN },
    { id: 'command-r7b-12-2024', ability: PLAIN },
    { id: 'command-r-plus-08-2024', ability: PLAIN },
    { id: 'command-r-08-2024', ability: PLAIN },
    { id: 'embed-v4.0', ability: { embeddings: true, dimensions: [256, 512, 1024, 1536] } },
    { id: 'embed-english-v3.0', ability: { embeddings: true, dimensions: [1024] } },
    { id: 'embed-multilingual-v3.0', ability: { embeddings: true, dimensions: [1024] } },
    { id: 'embed-english-light-v3.0', ability: { embeddings: true, dimensions: [384] } },
    { id: 'embed-multilingual-light-v3.0', ability: { embeddings: true, dimensions: [384] } },
  ],
  modelPrefixes: ['command-', 'c4ai-', 'embed-'],
};
