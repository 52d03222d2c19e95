export type { Identity, Role } from './identity.ts';
export { TIERS, type Tier, type TierConfig, type TierModel } from './tiers.ts';
