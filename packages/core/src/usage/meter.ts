import type { ErrorKind, GatewayError } from '../chat/error.ts';
import { outputTokens, type Usage } from '../chat/usage.ts';
import { type CallStatus, LONGEST_MODEL_NAME, type UsageEvent } from './usage-event.ts';
import { hasCounts, isComplete } from './usage-sum.ts';

/** What is known of a call when it is admitted. */
export type AdmittedCall = Pick<
  UsageEvent,
  | 'callId'
  | 'startedAt'
  | 'keyId'
  | 'keyName'
  | 'user'
  | 'userId'
  | 'teamId'
  | 'organisationId'
  | 'tags'
  | 'metadata'
  | 'face'
  | 'modelAsked'
  | 'provider'
  | 'modelServed'
  | 'serviceTier'
  | 'stream'
  | 'attempt'
>;

export interface CallEnd {
  /** Milliseconds since the call was admitted. */
  readonly elapsedMs: number;
  readonly error?: GatewayError;
  readonly losses?: readonly string[];
}

/** Tokens counted by us, of what was sent and of what came. */
export interface TokenEstimate {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** A call that has ended. Counting may take its time: nothing changes the outcome any more. */
export interface EndedCall {
  /** The provider's own count is missing or not whole, and something may have been spent. */
  readonly needsEstimate: boolean;
  /** `estimate` fills what the provider didn't count; it never lowers what it did. */
  event(estimate?: TokenEstimate): UsageEvent;
}

/** One call's accounting: admitted, perhaps sent, perhaps counted, and ended exactly once. */
export interface Meter {
  /** The request is on its way: from here on something may be spent. */
  sent(): void;
  /** The provider's own count. The latest wins, side by side: one without input keeps the last input. */
  sawUsage(usage: Usage): void;
  /** `serviceTier`: the provider's class of service that it was served in, where it says. */
  sawModel(model: string, serviceTier?: string): void;
  /** Milliseconds since the call was admitted; the first wins. */
  sawFirstToken(elapsedMs: number): void;
  /** Undefined for every end but the first. */
  finish(end: CallEnd): EndedCall | undefined;
}

/** Failures after which nothing was spent, though sent: the provider said no, or never heard us. */
const UNSPENT: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'provider_refused',
  'provider_rate_limited',
  'provider_auth',
  'provider_unreachable',
]);

/** A status in place of a reply isn't billed, nor is a request that never left. */
const isUnspent = (error: GatewayError | undefined): boolean =>
  error !== undefined &&
  (UNSPENT.has(error.kind) ||
    (error.kind === 'provider_failed' && error.status !== undefined) ||
    (error.kind === 'provider_timeout' && error.phase === 'connect'));

const statusOf = (error: GatewayError | undefined): CallStatus => {
  if (error === undefined) return 'ok';
  return error.kind === 'client_closed' ? 'client_closed' : 'failed';
};

export function createMeter(call: AdmittedCall): Meter {
  let isSent = false;
  let isFinished = false;
  let seen: Usage | undefined;
  let modelServed = call.modelServed;
  let servedIn: string | undefined;
  let firstTokenMs: number | undefined;

  return {
    sent: () => {
      isSent = true;
    },
    sawUsage(usage) {
      isSent = true;
      seen = {
        ...usage,
        input: hasCounts(usage.input) ? usage.input : (seen?.input ?? usage.input),
        output: hasCounts(usage.output) ? usage.output : (seen?.output ?? usage.output),
      };
    },
    sawModel: (model, serviceTier) => {
      modelServed = model.slice(0, LONGEST_MODEL_NAME);
      servedIn = serviceTier ?? servedIn;
    },
    sawFirstToken: (elapsedMs) => {
      isSent = true;
      firstTokenMs ??= elapsedMs;
    },
    finish(end) {
      if (isFinished) return undefined;
      isFinished = true;
      const counted = seen;
      // The same words inside a stream come after spending: what was begun is counted.
      const hasBegun = counted !== undefined || firstTokenMs !== undefined;
      const maySpend = isSent && (hasBegun || !isUnspent(end.error));
      const isCounted = end.error === undefined && counted !== undefined && isComplete(counted);
      const base: UsageEvent = {
        ...call,
        ...(modelServed === undefined ? undefined : { modelServed }),
        ...(servedIn === undefined ? undefined : { serviceTier: servedIn }),
        ...(call.modelServed === undefined || call.modelServed === modelServed
          ? undefined
          : { modelSent: call.modelServed }),
        status: statusOf(end.error),
        ...(end.error === undefined ? undefined : { errorKind: end.error.kind }),
        latencyMs: Math.round(end.elapsedMs),
        ...(firstTokenMs === undefined
          ? undefined
          : { timeToFirstTokenMs: Math.round(firstTokenMs) }),
        losses: end.losses ?? [],
      };
      const provenance = end.error === undefined ? 'estimate' : 'interrupted';
      return {
        needsEstimate: maySpend && !isCounted,
        event(estimate) {
          if (!maySpend) return base;
          if (isCounted) return { ...base, usage: counted };
          const usage = fill(counted, estimate, provenance);
          return usage === undefined ? base : { ...base, usage };
        },
      };
    },
  };
}

/** What the provider counted stays, and is never lowered; the rest is ours. */
function fill(
  seen: Usage | undefined,
  estimate: TokenEstimate | undefined,
  provenance: 'estimate' | 'interrupted',
): Usage | undefined {
  if (estimate === undefined) return seen === undefined ? undefined : { ...seen, provenance };
  const told = seen === undefined ? 0 : outputTokens(seen);
  const output =
    seen !== undefined && hasCounts(seen.output) && told >= estimate.outputTokens
      ? seen.output
      : { text: estimate.outputTokens };
  const input =
    seen !== undefined && hasCounts(seen.input) ? seen.input : { uncached: estimate.inputTokens };
  const tools = seen?.serverTools;
  return {
    input,
    output,
    ...(tools === undefined ? undefined : { serverTools: tools }),
    provenance,
  };
}
