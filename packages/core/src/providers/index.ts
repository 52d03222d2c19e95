export type * from './ability.ts';
export { OUTPUT_BY } from './ability.ts';
export { abilityOf } from './ability-of.ts';
export { dialectsFor } from './dialects-for.ts';
export {
  bodyFor,
  type Endpoint,
  endpointOf,
  hasOneAddress,
  misplacedFields,
  pathOf,
} from './endpoint.ts';
export { endpointUrl } from './endpoint-url.ts';
export { makesEmbeddings } from './makes-embeddings.ts';
export { familyOf, type Operation } from './operation.ts';
export { placed, type SaidWords } from './placed.ts';
export type * from './provider-description.ts';
export type * from './quirks.ts';
export { OMISSIONS } from './quirks.ts';
export { KNOWN_PROVIDERS, SIMULATED_PROVIDER } from './registry.ts';
export { siftBetas, valuesOf } from './sift-betas.ts';
