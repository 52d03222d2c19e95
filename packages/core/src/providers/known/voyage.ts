import type { Ability } from '../ability.ts';
import type { ProviderDescription } from '../provider-description.ts';

/** Source: https://docs.voyageai.com/docs/embeddings and EmbedRequest of voyageai 0.4. */
const ANY_OF_FOUR: Ability = { embeddings: true, dimensions: [256, 512, 1024, 2048] };
const OF_1024: Ability = { embeddings: true, dimensions: [1024] };

/** Embeddings alone, in OpenAI's words but for some. */
export const voyage: ProviderDescription = {
  name: 'voyage',
  dialects: ['openai-chat'],
  baseUrl: { 'openai-chat': 'https://api.voyageai.com/v1' },
  basePath: '/v1',
  auth: 'bearer',
  keyVariables: ['VOYAGE_API_KEY'],
  pricedAs: 'voyageai',
  quirks: {
    embeddings: {
      maxInputs: 1000,
      dimensionsField: 'output_dimension',
      vectorTypes: true,
      tasks: ['query', 'document'],
      truncation: true,
      textsOnly: true,
      noUser: true,
    },
  },
  models: [
    { id: 'voyage-4-large', ability: ANY_OF_FOUR },
    { id: 'voyage-4', ability: ANY_OF_FOUR },
    { id: 'voyage-4-lite', ability: ANY_OF_FOUR },
    { id: 'voyage-3-large', ability: ANY_OF_FOUR },
    { id: 'voyage-3.5', ability: ANY_OF_FOUR },
    { id: 'voyage-3.5-lite', ability: ANY_OF_FOUR },
    { id: 'voyage-code-3', ability: ANY_OF_FOUR },
    { id: 'voyage-finance-2', ability: OF_1024 },
    { id: 'voyage-law-2', ability: OF_1024 },
  ],
  modelPrefixes: ['voyage-'],
};
