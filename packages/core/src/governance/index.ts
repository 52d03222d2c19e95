export type { Identity, Role } from './identity.ts';
export { TIERS, type Tier, type TierConfig, type TierModel } from './tiers.ts';
export {
  externalIdOf,
  failedIncrements,
  MAX_ZION_INCREMENTS,
  tierConfigOf,
  ZionIncrement,
  ZionIncrements,
  ZionIncrementsReply,
  ZionLimits,
  ZionLimitsReply,
  ZionProfile,
  ZionProfileReply,
  ZionTiers,
  ZionTiersReply,
} from './zion.ts';
