import {
  amountOf,
  type Budget,
  type CallEstimate,
  type CallSize,
  type Claim,
  chargeOf,
  growsWithCalls,
  holdsCeiling,
  isQuota,
  isToldOf,
  pricedEstimate,
} from '@tollgate/core/budgets';
import { type GatewayError, inputTokens, outputTokens, type Usage } from '@tollgate/core/chat';
import type { ModelPrice } from '@tollgate/core/pricing';
import type { AdmittedCall, Charge, TokenEstimate, UsageEvent } from '@tollgate/core/usage';
import type { Clock } from '../../ports/clock.ts';
import type { Ledger } from '../../ports/ledger.ts';
import { refusalBy } from './refusal.ts';
import type { Room } from './room.ts';

/** What a call holds of its budgets, from its admission to its booking. */
export interface Hold {
  /** As its intent says it. */
  readonly claims: readonly Charge[];
  readonly estimate: TokenEstimate;
  /** Absent: nothing that it holds depends on how much it writes. */
  readonly output?: HeldOutput;
  chargesOf(event: UsageEvent): readonly Charge[];
  /** It was never sent. */
  release(): void;
}

/** Output as it passes. What outgrows the reservation has it raised, or is ended. */
export interface HeldOutput {
  /** Undefined at once while it is within what is held; else resolves to why it must end, if it must. */
  saw(text: string): Promise<GatewayError | undefined> | undefined;
  /** The provider's own count, where it tells one on the way. */
  counted(usage: Usage): void;
  /** UTF-8 that has passed. */
  saidBytes(): number;
}

export interface HoldDeps {
  readonly room: Room;
  readonly ledger: Pick<Ledger, 'extend'>;
  readonly clock: Clock;
  readonly call: AdmittedCall;
  readonly budgets: readonly Budget[];
  /** One for each of the budgets. */
  readonly claims: readonly Claim[];
  readonly likely: CallEstimate;
  readonly size: CallSize;
  readonly price: ModelPrice | undefined;
  readonly tokensPerSaidByte: number;
  /** Whether the caller may read what others spent. */
  readonly mayReadAll: boolean;
}

/** A reservation is raised by so much at a time, or by a quarter. */
const SLICE_TOKENS = 256;

export function createHold(deps: HoldDeps): Hold {
  const { budgets, claims, likely, call } = deps;
  return {
    claims: claims.map(heldBy),
    estimate: { inputTokens: likely.inputTokens, outputTokens: likely.outputTokens },
    ...(budgets.some(growsWithCalls) ? { output: createHeldOutput(deps) } : undefined),
    chargesOf: (event) =>
      budgets.flatMap((budget, at) => {
        const claim = claims[at];
        if (claim === undefined) return [];
        const isCounted = !isQuota(budget) || isToldOf(event);
        return [{ ...heldBy(claim), amount: isCounted ? chargeOf(budget, event) : 0n }];
      }),
    release: () => deps.room.release(call.callId),
  };
}

const heldBy = ({ counter, amount }: Claim): Charge => ({
  budgetId: counter.budgetId,
  windowStart: counter.window.start,
  amount,
});

function createHeldOutput(deps: HoldDeps): HeldOutput {
  const { room, ledger, call, budgets, claims, price, size, mayReadAll } = deps;
  const most = size.maxOutputTokens ?? Number.POSITIVE_INFINITY;
  let held = deps.likely.outputTokens;
  let input = deps.likely.inputTokens;
  let bytes = 0;
  let counted = 0;
  let isRaised = false;

  const claimsAt = (outputTokens: number): readonly Claim[] => {
    const estimate = pricedEstimate({ inputTokens: input, outputTokens }, price);
    return claims.map((claim, at) => {
      const budget = budgets[at];
      const isKept = budget === undefined || holdsCeiling(budget);
      return isKept ? claim : { ...claim, amount: amountOf(budget.measure, estimate) };
    });
  };

  const raise = async (seen: number): Promise<GatewayError | undefined> => {
    const whole = Math.max(seen, Math.min(most, seen + Math.max(SLICE_TOKENS, held / 4)));
    // Where a slice finds no room, what has passed already may.
    for (const outputTokens of [Math.ceil(whole), seen]) {
      const raised = claimsAt(outputTokens);
      const taken = await room.extend(call.callId, raised);
      // A ledger that is down ends no call that runs: what it cost is booked when it is back.
      if (taken.type === 'unavailable') return undefined;
      if (taken.type === 'reserved') {
        held = outputTokens;
        isRaised = false;
        const estimate = { inputTokens: input, outputTokens };
        ledger.extend(call.callId, { estimate, claims: raised.map(heldBy) });
        return undefined;
      }
      const [lacking] = taken.lacking;
      const at = claims.findIndex(({ counter }) => counter.id === lacking?.counter);
      const budget = budgets[at];
      if (outputTokens !== seen || lacking === undefined || budget === undefined) continue;
      const end = claims[at]?.counter.window.end;
      const now = deps.clock.now();
      return refusalBy(budget, lacking, { now, end, isRunning: true, mayReadAll });
    }
    return undefined;
  };

  return {
    saw: (text) => {
      bytes += Buffer.byteLength(text);
      const seen = Math.max(counted, Math.ceil(bytes * deps.tokensPerSaidByte));
      return seen <= held && !isRaised ? undefined : raise(Math.max(seen, held));
    },
    saidBytes: () => bytes,
    counted: (usage) => {
      counted = Math.max(counted, outputTokens(usage));
      const told = inputTokens(usage);
      if (told <= input) return;
      input = told;
      isRaised = true;
    },
  };
}
