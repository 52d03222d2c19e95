export { type Collector, collect, createCollector } from './collect.ts';
export type * from './content-part.ts';
export { createStopCutter, cutAtStop, type StopCutter } from './cut-at-stop.ts';
export { describeError } from './describe-error.ts';
export type * from './error.ts';
export {
  ERROR_FACTS,
  type ErrorFacts,
  retryAfterSeconds,
  statusOf,
  type TrpcCode,
} from './error-facts.ts';
export { FEATURE_NAMES, FEATURES, type Feature } from './features.ts';
export { type Encoded, type Loss, lost } from './loss.ts';
export type * from './message.ts';
export type * from './provider-state.ts';
export { replay, replayPart } from './replay.ts';
export type * from './reply.ts';
export type * from './request.ts';
export type * from './rest.ts';
export { isTerminal, type PartDelta, type PartStart, type StreamEvent } from './stream-event.ts';
export type * from './tool.ts';
export { inputTokens, outputTokens, type Provenance, type Usage } from './usage.ts';
