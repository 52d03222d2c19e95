export type * from './ability.ts';
export { abilityOf } from './ability-of.ts';
export { endpointUrl } from './endpoint-url.ts';
export type * from './provider-description.ts';
export type * from './quirks.ts';
export { OMISSIONS } from './quirks.ts';
export { KNOWN_PROVIDERS, SIMULATED_PROVIDER } from './registry.ts';
