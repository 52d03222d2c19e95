import { err, ok, type Result } from '@tollgate/core';
import {
  type Budget,
  growsWithCalls,
  quotaChargesOf,
  type UnseenInput,
} from '@tollgate/core/budgets';
import type { GatewayError, Loss, Usage } from '@tollgate/core/chat';
import { type Metadata, optionalField } from '@tollgate/core/directory';
import { otherTier } from '@tollgate/core/pricing';
import { abilityOf } from '@tollgate/core/providers';
import {
  type AdmittedCall,
  type Charge,
  createMeter,
  type EndedCall,
  eventOfLost,
  framingTokens,
  type Meter,
  roughEstimate,
  type UsageEvent,
} from '@tollgate/core/usage';
import type { Clock } from '../ports/clock.ts';
import type { Governance } from '../ports/governance.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Log } from '../ports/log.ts';
import type { PriceBook } from '../ports/price-book.ts';
import type { TokenCounter } from '../ports/token-counter.ts';
import type { Admission, Asking } from './budgets/admission.ts';
import type { HeldOutput, Hold } from './budgets/hold.ts';
import type { Call } from './call.ts';
import type { Destination } from './destination.ts';
import { lossLines } from './losses.ts';
import { priced } from './priced.ts';

/** Text to count where the provider sent no usage; read only then. */
export interface CountedText {
  readonly input: () => string;
  readonly output: () => string;
  /** Messages whose framing counts as input; absent: the input is no conversation. */
  readonly messages?: number;
}

/** Follows one call from its sending to its one usage event. */
export interface CallMeter {
  /** The provider's own count; the latest wins. */
  sawUsage(usage: Usage): void;
  sawModel(model: string, serviceTier?: string): void;
  /** The first piece of an answer reached us. */
  sawFirstToken(): void;
  /** To be told a stream's text as it passes, and obeyed; absent: no budget counts what it writes. */
  readonly output?: HeldOutput;
  /** Books the call; only the first time counts. */
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
  readonly prices: PriceBook;
  readonly log: Log;
  readonly admission: Admission;
  readonly governance: Pick<Governance, 'quotas' | 'refused'>;
}

/** What is known of the size of a call before it is sent. */
export interface AskedFor {
  readonly stream: boolean;
  readonly inputBytes: number;
  readonly maxOutputTokens?: number | undefined;
  /** Answers that are written, each up to that limit; absent: one. */
  readonly choices?: number | undefined;
  /** The class of service that is asked for; absent: the provider's standard one. */
  readonly serviceTier?: string | undefined;
  /** Whether what it writes passes here as it is written; absent: as `stream` says. */
  readonly isWatched?: boolean | undefined;
  /** All that is sent, in UTF-8; asked for where the most that it may cost is held. */
  readonly sentBytes: () => number;
  /** What these bytes do not tell of it; asked for there too. */
  readonly unseenInput: () => UnseenInput | undefined;
}

export interface Metering {
  /**
   * Makes it durable that this request goes out: from here on it is on its way, and ends in exactly
   * one usage event, even should this process die. Without a ledger nothing may go out.
   */
  start(
    call: Call,
    destination: Destination,
    asked: AskedFor,
  ): Promise<Result<CallMeter, GatewayError>>;
  /** Whether a budget counts what this call writes while it writes, and ends it where it must. */
  watches(call: Call, destination: Destination): boolean;
  /** Books the calls that a gateway before this one was killed in; tells how many they are. */
  settleLost(): Promise<number>;
  /** Resolves when every estimate under way has become an event. */
  idle(): Promise<void>;
  /** Resolves when every call that was started has become an event. */
  ended(): Promise<void>;
}

export function createMetering(deps: MeterDeps): Metering {
  const { clock, ledger, tokens, prices, log, admission, governance } = deps;
  const estimating = new Set<Promise<void>>();
  let running = 0;
  let onLastEnd = Promise.withResolvers<void>();

  /** `model`: as it was sent for, should the one that served have a name without a price. */
  const book = (ended: UsageEvent, model: string, how: HowBooked = {}): void => {
    const { event, price } = priced(ended, prices, model);
    const charges =
      how.hold?.chargesOf(event) ??
      admission.chargesOf(event).concat(quotaChargesOf(event, how.held ?? []));
    const saidBytes = how.hold?.output?.saidBytes();
    const isKept = ledger.record(event, { price, charges, isLost: how.isLost === true });
    admission.ended(event, { charges, inputBytes: how.inputBytes, saidBytes, isKept });
    log.info(lineOf(event), 'call ended');
  };

  const estimate = async (
    ended: EndedCall,
    { input, output, messages }: CountedText,
    [model, how]: Parameters<typeof track>[1],
  ): Promise<void> => {
    const [inputTokens, outputTokens] = await Promise.all([
      tokens.count(input(), model),
      tokens.count(output(), model),
    ]);
    const framing = messages === undefined ? 0 : framingTokens(messages);
    book(ended.event({ inputTokens: inputTokens + framing, outputTokens }), model, how);
  };

  const track = (
    ended: EndedCall,
    [model, how]: readonly [model: string, how: HowBooked],
    text: CountedText,
  ): void => {
    const settled = estimate(ended, text, [model, how])
      .catch((error: unknown) => {
        const event = ended.event();
        log.error({ callId: event.callId, detail: String(error) }, 'tokens could not be estimated');
        book(event, model, how);
      })
      .finally(() => estimating.delete(settled));
    estimating.add(settled);
  };

  const admittedNow = (call: Call, destination: Destination, stream: boolean): AdmittedCall => ({
    ...admitted(call, destination, stream),
    startedAt: admission.beginOf(call.startedAt),
  });

  const start: Metering['start'] = async (call, destination, asked) => {
    call.aim?.(destination);
    const stale = admission.fresh();
    if (stale !== undefined) await stale;
    const intended = {
      ...admittedNow(call, destination, asked.stream),
      ...optionalField('serviceTier', tierAskedFor(asked)),
    };
    const budgets = withQuotas(admission.budgetsOf(intended), governance.quotas(call.identity));
    let hold: Hold | undefined;
    if (budgets.length > 0) {
      const outcome = await admission.admit(
        askingOf({ call, destination, asked, intended, budgets }),
      );
      if (!outcome.ok) {
        if (outcome.error.kind === 'quota_exceeded') governance.refused(call.identity);
        return outcome;
      }
      hold = outcome.value;
    }
    const isDurable = await ledger.intend({
      ...intended,
      estimate: hold?.estimate ?? roughEstimate(asked),
      ...(hold === undefined ? undefined : { claims: hold.claims }),
    });
    if (!isDurable) {
      hold?.release();
      return err({ kind: 'ledger_unavailable', retryAfterSeconds: RETRY_SECONDS });
    }
    return ok(meterOf(call, destination, { intended, hold, inputBytes: asked.inputBytes }));
  };

  const meterOf = (
    call: Call,
    destination: Destination,
    { intended, ...how }: HowBooked & { readonly intended: AdmittedCall },
  ): CallMeter => {
    const output = how.hold?.output;
    const elapsed = (): number => clock.monotonic() - call.startedMonotonic;
    const meter: Meter = createMeter(intended);
    meter.sent();
    running += 1;
    let hasBegun = false;
    return {
      sawUsage:
        output === undefined
          ? meter.sawUsage
          : (usage) => {
              meter.sawUsage(usage);
              output.counted(usage);
            },
      ...(output === undefined ? undefined : { output }),
      sawModel: meter.sawModel,
      sawFirstToken: () => {
        if (hasBegun) return;
        hasBegun = true;
        meter.sawFirstToken(elapsed());
      },
      finish: (end) => {
        const ended = meter.finish({
          elapsedMs: elapsed(),
          ...(end.error === undefined ? undefined : { error: end.error }),
          losses: lossLines(end.losses),
        });
        if (ended === undefined) return;
        const { model } = destination;
        if (!ended.needsEstimate) book(ended.event(), model, how);
        else track(ended, [model, how], end.text);
        running -= 1;
        if (running > 0) return;
        onLastEnd.resolve();
        onLastEnd = Promise.withResolvers();
      },
    };
  };

  const idle = async (): Promise<void> => {
    while (estimating.size > 0) await Promise.all(estimating);
  };
  return {
    start,
    watches: (call, destination) =>
      admission.hasBudgets() &&
      admission.budgetsOf(admittedNow(call, destination, false)).some(growsWithCalls),
    settleLost: async () => {
      const lost = await ledger.lost();
      // An idle gateway has not looked at budgets for long: what was made meanwhile counts as well.
      if (lost.length > 0) await admission.fresh();
      for (const intent of lost) {
        book(eventOfLost(intent, clock.now()), intent.modelServed ?? intent.modelAsked, {
          isLost: true,
          held: intent.claims,
        });
      }
      return lost.length;
    },
    idle,
    ended: async () => {
      while (running > 0) await onLastEnd.promise;
      await idle();
    },
  };
}

interface HowBooked {
  readonly hold?: Hold | undefined;
  /** Of what was sent; absent: nobody knows, and nothing is learned from it. */
  readonly inputBytes?: number | undefined;
  readonly isLost?: boolean;
  /** Of a call that a gateway was killed in: what it held. */
  readonly held?: readonly Charge[] | undefined;
}

function askingOf({
  call,
  destination,
  asked,
  intended,
  budgets,
}: {
  readonly call: Call;
  readonly destination: Destination;
  readonly asked: AskedFor;
  readonly intended: AdmittedCall;
  readonly budgets: Asking['budgets'];
}): Asking {
  const { choices = 1, maxOutputTokens: limit, inputBytes, sentBytes, unseenInput } = asked;
  const ability = abilityOf(destination.provider, destination.model);
  const known = ability.maxOutputTokens;
  return {
    call: intended,
    budgets,
    size: { inputBytes, maxOutputTokens: limit === undefined ? undefined : limit * choices },
    modelMaximum: known === undefined ? undefined : known * choices,
    sentBytes,
    unseenInput,
    isWatched: asked.isWatched ?? asked.stream,
    mayThink: ability.reasoning !== false,
    mayReadAll: call.identity.role === 'admin',
    signal: call.signal,
  };
}

/** Most callers have no limits of their own, and most installations no budgets: nothing is made then. */
const withQuotas = (budgets: readonly Budget[], quotas: readonly Budget[]): readonly Budget[] =>
  quotas.length === 0 ? budgets : [...budgets, ...quotas];

/** The ledger tries again by itself, each second. */
const RETRY_SECONDS = 1;

const admitted = (call: Call, destination: Destination, stream: boolean): AdmittedCall => ({
  callId: call.id,
  startedAt: call.startedAt,
  keyId: call.identity.keyId,
  keyName: call.identity.keyName,
  ...optionalField('user', call.identity.user),
  ...optionalField('userId', call.identity.userId),
  ...optionalField('teamId', call.identity.teamId),
  ...optionalField('organisationId', call.identity.organisationId),
  ...optionalField('tags', call.identity.tags),
  ...optionalField('metadata', metadataOf(call)),
  face: call.face,
  modelAsked: destination.asked,
  provider: destination.provider.name,
  modelServed: destination.model,
  stream,
  attempt: 1,
});

/** What the client says of this one call, and over it the key's own: who is charged can't rename himself. */
const metadataOf = ({ identity, metadata }: Call): Metadata | undefined =>
  metadata === undefined ? identity.metadata : { ...metadata, ...identity.metadata };

/** What no provider calls a tier would only fill the books. */
const TIER_NAME = /^[a-z_]{1,24}$/;

function tierAskedFor({ serviceTier }: AskedFor): string | undefined {
  const tier = otherTier(serviceTier);
  return tier !== undefined && TIER_NAME.test(tier) ? tier : undefined;
}

const lineOf = (event: UsageEvent) => ({
  callId: event.callId,
  keyId: event.keyId,
  face: event.face,
  model: event.modelAsked,
  provider: event.provider,
  status: event.status,
  errorKind: event.errorKind,
  latencyMs: event.latencyMs,
  provenance: event.usage?.provenance,
});
