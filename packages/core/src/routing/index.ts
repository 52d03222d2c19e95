export {
  chooseTierModel,
  drawTierModel,
  type TierChoice,
  type TierQuestion,
  upgradesTier,
} from './choose-tier-model.ts';
export { createHealthBook, type HealthBook } from './health-book.ts';
export { isModelAllowed, type ModelPlace } from './model-access.ts';
export {
  backoffSeconds,
  isAvailable,
  type ModelHealth,
  recordFailure,
} from './model-health.ts';
export { nearNames } from './near-names.ts';
export { FRESH, type RateDecision, type RateState, takeOne } from './rate.ts';
export { type ModelNames, resolveModel } from './resolve-model.ts';
