export type { Charge } from './charge.ts';
export { framingTokens } from './framing-tokens.ts';
export { type Estimated, eventOfLost, type Intent, roughEstimate } from './intent.ts';
export { lateCorrection } from './late-count.ts';
export {
  type AdmittedCall,
  type CallEnd,
  createMeter,
  type EndedCall,
  type Meter,
  type TokenEstimate,
} from './meter.ts';
export type * from './usage-event.ts';
export { LONGEST_MODEL_NAME } from './usage-event.ts';
export {
  addUsage,
  estimateUsage,
  hasCounts,
  isComplete,
  type UsageTotals,
  usageTotals,
} from './usage-sum.ts';
