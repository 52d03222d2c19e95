import { err, ok, type Result } from '@tollgate/core';
import {
  amountOf,
  type Budget,
  type Calibration,
  type CallEstimate,
  type CallFacts,
  type CallSize,
  type Claim,
  ceilingOf,
  chargeOf,
  claimsFor,
  claimsOnTheRest,
  counterOf,
  factsOf,
  holdsCeiling,
  isCheaperOf,
  type LackingRoom,
  lackingFor,
  leastOf,
  likelyOf,
  mayFitLater,
  type SeenCall,
  showBudget,
  type UnseenInput,
} from '@tollgate/core/budgets';
import { type GatewayError, inputTokens, outputTokens } from '@tollgate/core/chat';
import type { ModelPrice } from '@tollgate/core/pricing';
import type { AdmittedCall, Charge, UsageEvent } from '@tollgate/core/usage';
import type { Clock } from '../../ports/clock.ts';
import type { ContextWindows } from '../../ports/context-windows.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { PriceBook } from '../../ports/price-book.ts';
import type { BudgetDefinitions } from './definitions.ts';
import { createHold, type Hold } from './hold.ts';
import type { Overshoots } from './overshoots.ts';
import { refusalBy } from './refusal.ts';
import type { Room, Taken } from './room.ts';
import { unboundedBy, unlimitedUnder } from './unbounded.ts';

/** A call that asks to be let in. */
export interface Asking {
  readonly call: AdmittedCall;
  /** Not empty. */
  readonly budgets: readonly Budget[];
  readonly size: CallSize;
  /** As far as the model itself is known to be limited. */
  readonly modelMaximum: number | undefined;
  /** Bytes of all that is sent. */
  readonly sentBytes: () => number;
  /** What these bytes do not tell. */
  readonly unseenInput: () => UnseenInput | undefined;
  /** Whether what it writes is looked at as it passes. */
  readonly isWatched: boolean;
  /** Whether the model may think where nobody sees it. */
  readonly mayThink: boolean;
  /** Whether a refusal may tell what others spent. */
  readonly mayReadAll: boolean;
  readonly signal: AbortSignal;
}

/** The one place where budgets let a call in or refuse it. */
export interface Admission {
  /** False: whoever asks for nothing but budgets need not ask. */
  hasBudgets(): boolean;
  /** To be waited for first; undefined: budgets are known as they are. */
  fresh(): Promise<void> | undefined;
  /**
   * When a call of now began, Unix milliseconds, `at` by the clock. Rows tell by it which budgets a call
   * counts for, so that none begins before a budget was made that is known: a clock may have been set
   * back since, or be behind another gateway's.
   */
  beginOf(at: number): number;
  /** The budgets that a call counts for. Without budgets it costs next to nothing. */
  budgetsOf(call: AdmittedCall): readonly Budget[];
  admit(asking: Asking): Promise<Result<Hold, GatewayError>>;
  /** Of a call that holds nothing: it was admitted before a budget was seen, or by a gateway that died. */
  chargesOf(event: UsageEvent): readonly Charge[];
  /** What became of a call. What it holds is settled once the ledger has it, or has lost it. */
  ended(event: UsageEvent, booked: Booked): void;
  /** The model that calls go to in place of being refused by a budget that is used up. */
  cheaperThan(call: CallFacts): Promise<string | undefined>;
}

export interface Booked {
  readonly charges: readonly Charge[];
  readonly inputBytes: number | undefined;
  readonly saidBytes: number | undefined;
  /** The ledger has it, or will. */
  readonly isKept: boolean;
}

export interface AdmissionDeps {
  readonly definitions: BudgetDefinitions;
  readonly room: Room;
  readonly prices: PriceBook;
  readonly windows: ContextWindows;
  readonly calibration: Calibration;
  readonly overshoots: Pick<Overshoots, 'letIn'>;
  readonly ledger: Pick<Ledger, 'extend' | 'subscribe'>;
  readonly clock: Clock;
}

export function createAdmission(deps: AdmissionDeps): Admission {
  const { definitions, room, prices, calibration, clock, ledger } = deps;
  const settle = ({ callId, corrects }: UsageEvent, charges: readonly Charge[]): void => {
    if (charges.length === 0) return;
    if (corrects === undefined) room.settle(callId, charges);
    else room.correct(charges);
  };
  ledger.subscribe(settle);

  const beginOf = (at: number): number => Math.max(at, definitions.newestAt());

  return {
    fresh: definitions.fresh,
    beginOf,
    hasBudgets: () => definitions.current().length > 0,
    budgetsOf: (call) =>
      definitions.current().length === 0 ? NONE : definitions.matching(factsOf(call)),

    admit: async (asking) => {
      const { call, budgets, size, signal } = asking;
      const price = priceOf(prices, call);
      const unseen = budgets.some(holdsCeiling) ? asking.unseenInput() : undefined;
      const contextWindow =
        unseen?.kind === 'input'
          ? deps.windows.windowOf(call.provider ?? '', call.modelServed ?? call.modelAsked)
          : undefined;
      const estimates = estimatesOf(calibration, { ...asking, contextWindow }, price);
      const uncountable =
        unboundedBy(budgets, unseen, contextWindow) ?? uncountableBy(budgets, call, estimates);
      if (uncountable !== undefined) return err(uncountable);
      const { likely, ceiling = likely } = estimates;
      const model = modelOf(call);
      const tries = calibration.knows(call.keyId, model)
        ? [likely]
        : [likely, leastOf(likely, price)];
      let taken: Taken = { type: 'unavailable' };
      let claims: readonly Claim[] = [];
      let held = likely;
      for (const estimate of tries) {
        held = estimate;
        claims = claimsFor(budgets, { call: factsOf(call), likely: estimate, ceiling });
        taken = await room.take(call.callId, claims, {
          signal,
          mayFitLater: (lacking) =>
            mayFitLater(lacking) && !lacksRequests(budgets, claims, lacking),
        });
        if (taken.type !== 'refused' || mayFitLater(taken.lacking)) break;
      }
      const rest =
        taken.type === 'refused' ? claimsOnTheRest(budgets, claims, taken.lacking) : undefined;
      if (rest !== undefined) {
        claims = rest;
        taken = await room.take(call.callId, claims, { signal, mayFitLater: () => false });
      }
      if (taken.type === 'unavailable') return err(unavailable);
      if (taken.type === 'refused') {
        if (signal.aborted) return err({ kind: 'client_closed' });
        const { lacking } = taken;
        return err(refusalOf(budgets, claims, { lacking, now: clock.now(), ...asking }));
      }
      const tokensPerSaidByte = calibration.tokensPerSaidByte(model);
      const worst = calibration.worst(model);
      // A learned ratio is of what it was learned of; a token a byte is true of all that is sent.
      const inputBytes = worst === undefined ? asking.sentBytes() : size.inputBytes;
      const doubt = { ...asking, ...size, inputBytes, held, tokensPerSaidByte, worst, price };
      deps.overshoots.letIn(budgets, doubt, call.startedAt);
      const parts = { room, ledger, clock, call, budgets, claims, likely: held, size, price };
      const { mayReadAll } = asking;
      return ok(createHold({ ...parts, mayReadAll, tokensPerSaidByte }));
    },

    chargesOf: (event) => {
      if (definitions.current().length === 0) return NOTHING;
      const facts = factsOf(event);
      return definitions.matching(facts).map((budget) => chargeOn(budget, event));
    },

    ended: (event, { charges, inputBytes, saidBytes, isKept }) => {
      if (!isKept) settle(event, charges);
      const isLimited = charges.length > 0 || definitions.current().length > 0;
      if (inputBytes !== undefined && isLimited) {
        learn(calibration, event, { inputBytes, saidBytes });
      }
    },

    cheaperThan: async (asked) => {
      if (definitions.current().length === 0) return undefined;
      const call = { ...asked, at: beginOf(asked.at) };
      const budgets = definitions
        .matching(call)
        .filter((one) => one.onExhausted.type === 'cheaper' && !isCheaperOf(one, call));
      if (budgets.length === 0) return undefined;
      const standing = await room.standing(budgets.map((one) => counterOf(one, call.at)));
      const likely = likelyOf(
        { inputBytes: 0 },
        knownOf(calibration, call.keyId, `${call.provider}/${call.model}`),
        prices.priceOf({ ...call, models: [call.model] })?.price,
      );
      const used = budgets.find((budget) => {
        const stands = standing?.get(counterOf(budget, call.at).id);
        const least = amountOf(budget.measure, likely);
        return stands !== undefined && stands.spent + stands.reserved + least > budget.limit;
      });
      return used?.onExhausted.type === 'cheaper' ? used.onExhausted.model : undefined;
    },
  };
}

const NONE: readonly Budget[] = [];
const NOTHING: readonly Charge[] = [];

const unavailable: GatewayError = { kind: 'ledger_unavailable', retryAfterSeconds: 1 };

const chargeOn = (budget: Budget, event: UsageEvent): Charge => ({
  budgetId: budget.id,
  windowStart: counterOf(budget, event.startedAt).window.start,
  amount: chargeOf(budget, event),
});

const modelOf = ({ provider, modelServed, modelAsked }: AdmittedCall): string =>
  `${provider ?? ''}/${modelServed ?? modelAsked}`;

const priceOf = (prices: PriceBook, call: AdmittedCall): ModelPrice | undefined =>
  prices.priceOf({
    provider: call.provider ?? '',
    models: [call.modelServed ?? call.modelAsked],
    at: call.startedAt,
    tier: call.serviceTier,
    keyId: call.keyId,
    teamId: call.teamId,
  })?.price;

const knownOf = (calibration: Calibration, keyId: string, model: string) => ({
  tokensPerByte: calibration.tokensPerByte(model),
  outputTokens: calibration.outputTokens(keyId, model),
});

interface Estimates {
  readonly likely: CallEstimate;
  readonly ceiling: CallEstimate | undefined;
}

function estimatesOf(
  calibration: Calibration,
  {
    call,
    budgets,
    size,
    modelMaximum,
    sentBytes,
    contextWindow,
  }: Asking & { readonly contextWindow: number | undefined },
  price: ModelPrice | undefined,
): Estimates {
  const known = knownOf(calibration, call.keyId, modelOf(call));
  const likely = likelyOf(size, known, price);
  if (!budgets.some(holdsCeiling)) return { likely, ceiling: undefined };
  const most = { ...size, inputBytes: sentBytes(), contextWindow };
  return { likely, ceiling: ceilingOf(most, modelMaximum, price) };
}

/** What no budget can count, or a hard one not beforehand. */
function uncountableBy(
  budgets: readonly Budget[],
  call: AdmittedCall,
  estimates: Estimates,
): GatewayError | undefined {
  for (const budget of budgets) {
    const lacks = lackingFor(budget, estimates);
    if (lacks === 'limit') return unlimitedUnder(budget);
    if (lacks === 'price') {
      const { id } = budget;
      return {
        kind: 'model_without_price',
        model: modelOf(call),
        budget: { id, terms: showBudget(budget) },
      };
    }
  }
  return undefined;
}

/** A reserved request will be a spent one: waiting for it is in vain. */
const lacksRequests = (
  budgets: readonly Budget[],
  claims: readonly Claim[],
  lacking: readonly LackingRoom[],
): boolean =>
  claims.some(
    ({ counter }, at) =>
      budgets[at]?.measure === 'requests' && lacking.some((one) => one.counter === counter.id),
  );

/** By the budget that no waiting helps, else by the first. */
function refusalOf(
  budgets: readonly Budget[],
  claims: readonly Claim[],
  {
    lacking,
    now,
    mayReadAll,
  }: {
    readonly lacking: readonly LackingRoom[];
    readonly now: number;
    readonly mayReadAll: boolean;
  },
): GatewayError {
  const [first] = lacking;
  const worst = lacking.find(({ spent, asked, limit }) => spent + asked > limit) ?? first;
  const at = claims.findIndex(({ counter }) => counter.id === worst?.counter);
  const budget = budgets[at];
  const end = claims[at]?.counter.window.end;
  if (worst === undefined || budget === undefined) {
    return { kind: 'internal', detail: 'a budget refused that was not asked' };
  }
  return refusalBy(budget, worst, { now, end, mayReadAll });
}

/** Calls that ended as they should, and were counted by their provider. */
function learn(
  calibration: Calibration,
  event: UsageEvent,
  bytes: Pick<SeenCall, 'inputBytes' | 'saidBytes'>,
): void {
  if (event.status !== 'ok' || event.usage?.provenance !== 'provider') return;
  calibration.learn({
    keyId: event.keyId,
    model: `${event.provider ?? ''}/${event.modelSent ?? event.modelServed ?? event.modelAsked}`,
    ...bytes,
    inputTokens: inputTokens(event.usage),
    outputTokens: outputTokens(event.usage),
  });
}
