import type { GatewayError } from '../chat/error.ts';
import { TIERS, type Tier, type TierConfig, type TierModel } from '../governance/tiers.ts';
import { err, ok, type Result } from '../result.ts';
import type { HealthBook } from './health-book.ts';

/** `simple` < `moderate` < `complex`. */
export const upgradesTier = (from: Tier, to: Tier): boolean =>
  TIERS.indexOf(to) > TIERS.indexOf(from);

/** A relative cost below 1 counts as 1: a model said to cost nothing must not draw all traffic. */
const weightOf = ({ relativeCost }: TierModel): number => 1 / Math.max(relativeCost, 1);

/** A model by weight, the inverse of its relative cost. `random` is uniform in [0, 1). */
export function drawTierModel(models: readonly TierModel[], random: number): TierModel | undefined {
  const total = models.reduce((sum, model) => sum + weightOf(model), 0);
  let left = random * total;
  for (const model of models) {
    left -= weightOf(model);
    if (left < 0) return model;
  }
  // Rounding may leave a rest beyond the last weight.
  return models.at(-1);
}

export interface TierChoice {
  readonly provider: string;
  readonly model: string;
  /** The one in effect: a session's own, when less was asked for. */
  readonly tier: Tier;
  /** A session is to be saved with this choice, once the call has succeeded. */
  readonly isNew: boolean;
}

export interface TierQuestion {
  readonly tier: Tier;
  readonly config: TierConfig;
  /** What the conversation has used so far; absent for a new one, and without one. */
  readonly session?: Pick<TierChoice, 'provider' | 'model' | 'tier'> | undefined;
  readonly health: Pick<HealthBook, 'isAvailable' | 'availableAt'>;
  /** Unix milliseconds. */
  readonly now: number;
  /** Uniform in [0, 1). */
  readonly random: number;
}

/**
 * Which model serves a tier. A conversation keeps its model while that is available, goes up when a
 * higher tier is asked for and never down; when it must choose again, its provider is preferred.
 */
export function chooseTierModel(question: TierQuestion): Result<TierChoice, GatewayError> {
  const { session, health, now } = question;
  const rises = session !== undefined && upgradesTier(session.tier, question.tier);
  if (session !== undefined && !rises && health.isAvailable(session, now)) {
    const { provider, model, tier } = session;
    return ok({ provider, model, tier, isNew: false });
  }
  const tier = session === undefined || rises ? question.tier : session.tier;
  return chooseFresh(tier, question);
}

function chooseFresh(tier: Tier, question: TierQuestion): Result<TierChoice, GatewayError> {
  const { config, session, health, now, random } = question;
  const models = config[tier];
  if (models.length === 0) {
    return err({
      kind: 'invalid_request',
      path: 'tier',
      detail: `The tier "${tier}" has no models.`,
    });
  }
  const available = models.filter((model) => health.isAvailable(model, now));
  const chosen =
    available.find(({ provider }) => provider === session?.provider) ??
    drawTierModel(available, random);
  if (chosen === undefined) {
    const soonest = Math.min(...models.map((model) => health.availableAt(model)));
    const retryAfterSeconds = Math.max(1, Math.ceil((soonest - now) / 1000));
    return err({ kind: 'no_healthy_model', retryAfterSeconds });
  }
  return ok({ provider: chosen.provider, model: chosen.model, tier, isNew: true });
}
