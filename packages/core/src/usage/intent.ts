import type { Charge } from './charge.ts';
import type { AdmittedCall, TokenEstimate } from './meter.ts';
import type { UsageEvent } from './usage-event.ts';
import { estimateUsage } from './usage-sum.ts';

/** What a running call is taken to cost, should nobody see its end. */
export interface Estimated {
  readonly estimate: TokenEstimate;
  /** What it holds of budgets meanwhile. */
  readonly claims?: readonly Charge[];
}

/** A call that is about to be sent. */
export interface Intent extends AdmittedCall, Estimated {}

const BYTES_PER_TOKEN = 4;
/** Most of a long body is media, whose bytes are far more than its tokens. */
const MOST_INPUT_TOKENS = 200_000;
const USUAL_OUTPUT_TOKENS = 2_000;

/** What a call is taken to cost before anything is known of it: nothing is tokenized on the way. */
export const roughEstimate = (asked: {
  readonly inputBytes: number;
  readonly maxOutputTokens?: number | undefined;
}): TokenEstimate => ({
  inputTokens: Math.min(Math.ceil(asked.inputBytes / BYTES_PER_TOKEN), MOST_INPUT_TOKENS),
  outputTokens: Math.min(asked.maxOutputTokens ?? USUAL_OUTPUT_TOKENS, USUAL_OUTPUT_TOKENS),
});

/**
 * The event of a call whose gateway died with it: it may never have been sent, but one that was is
 * not missed. Billed at what it was taken to cost, and marked so.
 */
export function eventOfLost({ estimate, claims: _held, ...call }: Intent, now: number): UsageEvent {
  return {
    ...call,
    usage: estimateUsage({ ...estimate, provenance: 'interrupted' }),
    status: 'failed',
    errorKind: 'internal',
    latencyMs: Math.max(0, now - call.startedAt),
    losses: [],
  };
}
