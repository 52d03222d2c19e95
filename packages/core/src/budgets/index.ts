export {
  type Budget,
  type BudgetId,
  type BudgetScope,
  type BudgetTerms,
  DEFAULT_THRESHOLDS,
  MEASURES,
  type Measure,
  type OnExhausted,
  PERIODS,
  type Period,
  SCOPE_KINDS,
} from './budget.ts';
export { budgetsFor, type CallFacts, factsOf, indexBudgets } from './budgets-for.ts';
export {
  type Calibration,
  createCalibration,
  type SeenCall,
  type WorstSeen,
} from './calibration.ts';
export { chargeOf } from './charge.ts';
export {
  amountOf,
  type CallEstimate,
  type Claim,
  claimsFor,
  growsWithCalls,
  holdsCeiling,
  isCheaperOf,
  lackingFor,
} from './claims.ts';
export { type CallSize, ceilingOf, leastOf, likelyOf, pricedEstimate } from './estimate.ts';
export {
  type CallDoubt,
  concurrentOf,
  type Doubts,
  dependsOnInput,
  type Overshoot,
  overshootOf,
  unseenOf,
  withDoubt,
} from './overshoot.ts';
export { type BudgetProblem, parseBudget } from './parse-budget.ts';
export {
  claimsOnTheRest,
  isQuota,
  isToldOf,
  QUOTA_METERS,
  type Quota,
  type QuotaFigures,
  type QuotaMeter,
  quotaChargesOf,
  quotaId,
  quotasOf,
  type ToldMeter,
} from './quota.ts';
export {
  type CounterFigures,
  type LackingRoom,
  mayFitLater,
  type Reserved,
} from './reservation.ts';
export { createReservationBook, type Lease, type ReservationBook } from './reservation-book.ts';
export { showAmount, showBudget, unitOf } from './show-budget.ts';
export { passedThresholds } from './thresholds.ts';
export { isTimeZone } from './time-zone.ts';
export { type UnseenInput, unseenIn } from './unseen-input.ts';
export {
  type Counter,
  type CounterId,
  counterId,
  counterIn,
  counterOf,
  type Window,
  windowOf,
} from './window.ts';
