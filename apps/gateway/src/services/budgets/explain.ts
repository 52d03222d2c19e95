import { ok, type Result } from '@tollgate/core';
import {
  amountOf,
  type Budget,
  budgetsFor,
  type Calibration,
  type CallEstimate,
  type CallFacts,
  ceilingOf,
  claimsFor,
  concurrentOf,
  counterOf,
  lackingFor,
  leastOf,
  overshootOf,
  pricedEstimate,
  unseenOf,
  withDoubt,
} from '@tollgate/core/budgets';
import type { BudgetFacts, GatewayError } from '@tollgate/core/chat';
import { optionalField, type StoredKey } from '@tollgate/core/directory';
import type { Identity } from '@tollgate/core/governance';
import type { ModelPrice } from '@tollgate/core/pricing';
import { abilityOf } from '@tollgate/core/providers';
import type { Clock } from '../../ports/clock.ts';
import type { PriceBook } from '../../ports/price-book.ts';
import type { SpentStore } from '../../ports/spent-store.ts';
import type { KeyResource } from '../admin/keys.ts';
import type { Destination, FindDestination } from '../destination.ts';
import { type ShownOvershoot, shownOvershoot } from './overshoots.ts';
import { budgetFacts, tellsFigures } from './refusal.ts';
import type { Room, Stands } from './room.ts';

/** A call that is not made yet. */
export interface AskedExplanation {
  /** Whose call: a key's id; `self` is the caller's own. */
  readonly key: string;
  readonly model: string;
  /** As the client may be thought to send; absent: 1,000. */
  readonly inputTokens?: number;
  /** As the model may be thought to write; absent: what is known of the key and the model. */
  readonly outputTokens?: number;
  /** As the client limits it. */
  readonly maxOutputTokens?: number;
}

/** What a budget would say to a call, before it is made. */
export interface ExplainedBudget extends BudgetFacts {
  /**
   * Whether the call would be let in. Where the figures are others' too: whether there is room for a usual
   * call of this model, whatever was asked.
   */
  readonly hasRoom: boolean;
  /** Why not: no room, no limit of its output beneath a hard budget, or no price beneath one in dollars. */
  readonly lacks?: 'room' | 'limit' | 'price';
  /** By how much such calls may pass it; absent: nobody limits what they may think. */
  readonly overshoot?: ShownOvershoot;
}

/** Any key may ask about itself; only administrators about others, and what others spent. */
export type ExplainBudgets = (
  by: Identity,
  asked: AskedExplanation,
) => Promise<Result<{ readonly budgets: readonly ExplainedBudget[] }, GatewayError>>;

export interface ExplainDeps {
  readonly keys: Pick<KeyResource, 'get'>;
  readonly findDestination: FindDestination;
  readonly prices: Pick<PriceBook, 'priceOf'>;
  readonly calibration: Calibration;
  readonly budgets: () => Promise<readonly Budget[]>;
  readonly standing: Room['standing'];
  readonly clock: Pick<Clock, 'now'>;
}

const USUAL_INPUT_TOKENS = 1_000;

/** The budgets that a call counts for, those that would refuse it first; nothing is held. */
export function createExplainBudgets(deps: ExplainDeps): ExplainBudgets {
  return async (by, asked) => {
    const key = await deps.keys.get(by, asked.key);
    if (!key.ok) return key;
    const found = deps.findDestination(asked.model, callerOf(key.value));
    if (!found.ok) return found;
    const at = deps.clock.now();
    const call = factsIn(key.value, found.value, at);
    const all = await deps.budgets();
    const budgets = budgetsFor(all, call);
    const stands = await deps.standing(budgets.map((budget) => counterOf(budget, at)));
    if (stands === undefined) {
      return { ok: false, error: { kind: 'ledger_unavailable', retryAfterSeconds: 1 } };
    }
    const destination = found.value;
    const taken = takenFor(deps, asked, { call, destination });
    const claims = claimsFor(budgets, { call, ...taken, ceiling: taken.ceiling ?? taken.likely });
    // By sizes of one's own choosing one could feel for what others have left of a budget, free of charge.
    const { likely } = takenFor(
      deps,
      { key: asked.key, model: asked.model },
      { call, destination },
    );
    const usual = claimsFor(budgets, { call, likely, ceiling: likely });
    const explained = budgets.flatMap((budget, place): readonly ExplainedBudget[] => {
      const [claim, usualClaim] = [claims[place], usual[place]];
      if (claim === undefined || usualClaim === undefined) return [];
      const { counter, limit, amount } = claim;
      const { spent, reserved } = stands.get(counter.id) ?? NOTHING;
      const figures = by.role === 'admin' || tellsFigures(budget);
      const facts = budgetFacts(
        budget,
        { spent, reserved, asked: amount },
        { end: counter.window.end, figures },
      );
      const needed = figures ? amount : usualClaim.amount;
      const isFull = spent + reserved + needed > limit;
      const lacks: ExplainedBudget['lacks'] =
        lackingFor(budget, taken) ?? (isFull ? 'room' : undefined);
      const overshoot = shownOvershoot(budget, overshootFor(budget, taken, all));
      return [
        {
          ...facts,
          hasRoom: lacks === undefined,
          ...optionalField('lacks', lacks),
          ...optionalField('overshoot', overshoot),
        },
      ];
    });
    return ok({
      budgets: explained.sort((one, other) => Number(one.hasRoom) - Number(other.hasRoom)),
    });
  };
}

const NOTHING: Stands = { spent: 0n, reserved: 0n };

interface TakenFor {
  readonly likely: CallEstimate;
  readonly ceiling: CallEstimate | undefined;
  readonly doubt: Parameters<typeof unseenOf>[1];
}

/** What the call is taken for, as its admission would. */
function takenFor(
  { prices, calibration }: ExplainDeps,
  asked: AskedExplanation,
  { call, destination }: { readonly call: CallFacts; readonly destination: Destination },
): TakenFor {
  const { provider, model } = destination;
  const name = `${provider.name}/${model}`;
  const { maxOutputTokens, inputTokens = USUAL_INPUT_TOKENS } = asked;
  const price: ModelPrice | undefined = prices.priceOf({
    ...call,
    models: [model],
  })?.price;
  const usual = asked.outputTokens ?? calibration.outputTokens(call.keyId, name);
  const outputTokens = Math.min(usual, maxOutputTokens ?? usual);
  const likely = pricedEstimate({ inputTokens, outputTokens }, price);
  const inputBytes = Math.ceil(inputTokens / calibration.tokensPerByte(name));
  const ability = abilityOf(provider, model);
  const size = { inputBytes, maxOutputTokens };
  return {
    likely,
    ceiling: ceilingOf(size, ability.maxOutputTokens, price),
    doubt: {
      ...size,
      held: calibration.knows(call.keyId, name) ? likely : leastOf(likely, price),
      modelMaximum: ability.maxOutputTokens,
      mayThink: ability.reasoning !== false,
      isWatched: true,
      tokensPerSaidByte: calibration.tokensPerSaidByte(name),
      worst: calibration.worst(name),
      price,
    },
  };
}

function overshootFor(budget: Budget, { doubt }: TakenFor, all: readonly Budget[]) {
  const held = amountOf(budget.measure, doubt.held);
  const doubts = withDoubt(undefined, { held, unseen: unseenOf(budget, doubt) });
  return overshootOf(budget, doubts, concurrentOf(budget, all));
}

const callerOf = ({ id, name, role, allowedModels }: StoredKey): Identity => ({
  keyId: id,
  keyName: name,
  role,
  source: 'local',
  subject: `key:${id}`,
  ...optionalField('allowedModels', allowedModels),
});

const factsIn = (
  key: StoredKey,
  { provider, model, asked }: Destination,
  at: number,
): CallFacts => ({
  at,
  keyId: key.id,
  ...optionalField('userId', key.userId),
  ...optionalField('teamId', key.teamId),
  ...optionalField('organisationId', key.organisationId),
  ...optionalField('tags', key.tags),
  asked,
  provider: provider.name,
  model,
});

/** What counters stand at by the ledger alone, for whoever has no calls of its own. */
export const standingInLedger =
  (spent: Pick<SpentStore, 'figures'>): Room['standing'] =>
  async (counters) => {
    if (counters.length === 0) return new Map();
    const figures = await spent.figures(counters);
    return new Map(
      figures.map(({ counter, spent: settled, open }) => [
        counter.id,
        { spent: settled, reserved: open.reduce((sum, { amount }) => sum + amount, 0n) },
      ]),
    );
  };
