import {
  type ErrorKind,
  type GatewayError,
  type Loss,
  outputTokens,
  type Usage,
} from '@tollgate/core/chat';
import type { CallStatus, UsageEvent } from '@tollgate/core/usage';
import type { Clock } from '../ports/clock.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Log } from '../ports/log.ts';
import type { TokenCounter } from '../ports/token-counter.ts';
import type { Call } from './call.ts';
import type { Destination } from './destination.ts';
import { lossLine } from './losses.ts';

/** Text to count where the provider sent no usage; read only then. */
export interface CountedText {
  readonly input: () => string;
  readonly output: () => string;
}

/** Follows one call from its sending to its one usage event. */
export interface CallMeter {
  /** The provider's own count; the latest wins. */
  sawUsage(usage: Usage): void;
  sawModel(model: string): void;
  /** The first piece of an answer reached us. */
  sawFirstToken(): void;
  /** Writes the usage event; only the first call counts. */
  finish(end: CallEnd): void;
}

export interface CallEnd {
  readonly error?: GatewayError;
  readonly losses: readonly Loss[];
  readonly text: CountedText;
}

export interface MeterDeps {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly tokens: TokenCounter;
  readonly log: Log;
}

export interface Metering {
  start(call: Call, destination: Destination, stream: boolean): CallMeter;
  /** Resolves when every estimate under way has become an event. */
  idle(): Promise<void>;
}

/** Errors after which nothing can have been spent: the provider said no, or never heard us. */
const UNSPENT: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'provider_refused',
  'provider_rate_limited',
  'provider_auth',
  'provider_unreachable',
]);

export function createMetering(deps: MeterDeps): Metering {
  const estimating = new Set<Promise<void>>();

  const record = (event: UsageEvent): void => {
    deps.ledger.record(event);
    deps.log.info(
      {
        call: event.callId,
        key: event.keyId,
        face: event.face,
        model: event.modelAsked,
        provider: event.provider,
        status: event.status,
        error: event.errorKind,
        latencyMs: event.latencyMs,
        provenance: event.usage?.provenance,
      },
      'call ended',
    );
  };

  const start = (call: Call, destination: Destination, stream: boolean): CallMeter => {
    let usage: Usage | undefined;
    let modelServed: string | undefined;
    let firstTokenAt: number | undefined;
    let finished = false;

    const finish = (end: CallEnd): void => {
      if (finished) return;
      finished = true;
      const endedAt = deps.clock.monotonic();
      const status = statusOf(end.error);
      const eventOf = (counted: Usage | undefined): UsageEvent => ({
        callId: call.id,
        startedAt: call.startedAt,
        keyId: call.identity.keyId,
        keyName: call.identity.keyName,
        ...(call.identity.user === undefined ? undefined : { user: call.identity.user }),
        face: call.face,
        modelAsked: destination.asked,
        provider: destination.provider.name,
        modelServed: modelServed ?? destination.model,
        stream,
        attempt: 1,
        ...(counted === undefined ? undefined : { usage: counted }),
        status,
        ...(end.error === undefined ? undefined : { errorKind: end.error.kind }),
        latencyMs: Math.round(endedAt - call.startedMonotonic),
        ...(firstTokenAt === undefined
          ? undefined
          : { timeToFirstTokenMs: Math.round(firstTokenAt - call.startedMonotonic) }),
        losses: end.losses.map(lossLine),
      });

      const unspent = end.error !== undefined && isUnspent(end.error);
      if (unspent) record(eventOf(undefined));
      else if (end.error === undefined && usage !== undefined && isWhole(usage))
        record(eventOf(usage));
      else track(estimate(end, usage, destination.model, deps.tokens).then(eventOf).then(record));
    };

    const track = (work: Promise<void>): void => {
      const settled = work
        .catch((error: unknown) => {
          deps.log.error(
            { call: call.id, error: String(error) },
            'a usage event could not be made',
          );
        })
        .finally(() => estimating.delete(settled));
      estimating.add(settled);
    };

    return {
      sawUsage: (seen) => {
        usage = seen;
      },
      sawModel: (model) => {
        modelServed = model;
      },
      sawFirstToken: () => {
        firstTokenAt ??= deps.clock.monotonic();
      },
      finish,
    };
  };

  return {
    start,
    idle: async () => {
      while (estimating.size > 0) await Promise.all(estimating);
    },
  };
}

const statusOf = (error: GatewayError | undefined): CallStatus => {
  if (error === undefined) return 'ok';
  return error.kind === 'client_closed' ? 'client_closed' : 'failed';
};

/** A status that a provider answered with in place of a reply isn't billed. */
const isUnspent = (error: GatewayError): boolean =>
  UNSPENT.has(error.kind) || (error.kind === 'provider_failed' && error.status !== undefined);

/** Both sides were counted. A stream that was cut has often told its input only. */
const isWhole = (usage: Usage): boolean =>
  Object.keys(usage.input).length > 0 && Object.keys(usage.output).length > 0;

/** Fills what the provider didn't count. What it did count stays, and is never lowered. */
async function estimate(
  end: CallEnd,
  seen: Usage | undefined,
  model: string,
  tokens: TokenCounter,
): Promise<Usage> {
  const provenance = end.error === undefined ? 'estimate' : 'interrupted';
  const input =
    seen !== undefined && Object.keys(seen.input).length > 0
      ? seen.input
      : { uncached: await tokens.count(end.text.input(), model) };
  const counted = await tokens.count(end.text.output(), model);
  const told = seen === undefined ? 0 : outputTokens(seen);
  const output = seen !== undefined && told >= counted ? seen.output : { text: counted };
  return { input, output, provenance };
}
