import { err, ok, type Result } from '@tollgate/core';
import { ERROR_FACTS, type GatewayError } from '@tollgate/core/chat';
import {
  type Identity,
  TIERS,
  type Tier,
  type TierConfig,
  type TierModel,
} from '@tollgate/core/governance';
import { chooseTierModel, type HealthBook, upgradesTier } from '@tollgate/core/routing';
import type { Clock } from '../ports/clock.ts';
import type { Governance } from '../ports/governance.ts';
import type { Ids } from '../ports/ids.ts';
import type { Session, SessionStore } from '../ports/session-store.ts';
import type { OrCheaper } from './budgets/or-cheaper.ts';
import type { Call } from './call.ts';
import type { Destination, FindDestination } from './destination.ts';

/** A model that was chosen for a native call, and what to do once it has answered. */
export interface TierChoice {
  readonly destination: Destination;
  /** The effective tier; absent where the client named the model. */
  readonly tier: Tier | undefined;
  /** Tells health and session how it went. A session is kept only once its call was answered. */
  settle(error: GatewayError | undefined): Promise<void>;
}

/** Which model serves a native call: the one it names, or its tier's by health, cost and session. */
export interface TierService {
  fixed(call: Call, model: string): Promise<Result<TierChoice, GatewayError>>;
  choose(
    call: Call,
    tier: Tier,
    conversationId: string | undefined,
  ): Promise<Result<TierChoice, GatewayError>>;
}

export interface TierDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly governance: Governance;
  readonly sessions: SessionStore;
  readonly health: HealthBook;
  readonly findDestination: FindDestination;
  readonly orCheaper: OrCheaper;
}

export function createTierService(deps: TierDeps): TierService {
  const settleHealth = (destination: Destination, error: GatewayError | undefined): void => {
    const name = { provider: destination.provider.name, model: destination.model };
    if (error === undefined) deps.health.succeeded(name);
    // What the caller did wrong says nothing about the model.
    else if (ERROR_FACTS[error.kind].failover) {
      deps.health.failed(name, { now: deps.clock.now(), isProviderFault: true });
    }
  };

  return {
    fixed: async (call, model) => {
      const found = deps.findDestination(model, call.identity);
      if (!found.ok) return found;
      const admitted = await deps.governance.admit(call.identity, call.signal);
      if (!admitted.ok) return admitted;
      const chosen = await deps.orCheaper(call, found.value);
      if (!chosen.ok) return chosen;
      const destination = chosen.value;
      const settle = async (error: GatewayError | undefined) => settleHealth(destination, error);
      return ok({ destination, tier: undefined, settle });
    },

    choose: async (call, tier, conversationId) => {
      const [admitted, config] = await Promise.all([
        deps.governance.admit(call.identity, call.signal),
        deps.governance.tiers(),
      ]);
      if (!admitted.ok) return admitted;
      if (!config.ok) return config;
      const { subject } = call.identity;
      const session =
        conversationId === undefined
          ? undefined
          : await deps.sessions.find(subject, conversationId);
      const chosen = chooseTierModel({
        tier,
        config: reachable(config.value, call.identity, deps.findDestination),
        session,
        health: deps.health,
        now: deps.clock.now(),
        random: deps.ids.random(),
      });
      if (!chosen.ok) return chosen;
      const choice = chosen.value;
      const found = deps.findDestination(`${choice.provider}/${choice.model}`, call.identity);
      if (!found.ok) return err(unreachable(tier));
      // A conversation keeps its tier's model all the same: a budget is used up for a while only.
      const affordable = await deps.orCheaper(call, found.value);
      if (!affordable.ok) return affordable;
      const destination = affordable.value;
      return ok({
        destination,
        tier: choice.tier,
        settle: async (error) => {
          settleHealth(destination, error);
          if (error !== undefined || conversationId === undefined || !choice.isNew) return;
          const kept = await deps.sessions.find(subject, conversationId);
          if (!replaces(kept, { seen: session, tier: choice.tier })) return;
          const createdAt = deps.clock.now();
          const { provider, model } = choice;
          await deps.sessions.save(subject, conversationId, {
            provider,
            model,
            tier: choice.tier,
            createdAt,
          });
        },
      });
    },
  };
}

/**
 * Whether a choice takes the place of what is kept: not where another call of the conversation has
 * settled it since it was `seen`, unless the tier rises.
 */
function replaces(
  kept: Session | undefined,
  { seen, tier }: { readonly seen: Session | undefined; readonly tier: Tier },
): boolean {
  if (kept === undefined || upgradesTier(kept.tier, tier)) return true;
  return kept.provider === seen?.provider && kept.model === seen.model && kept.tier === seen.tier;
}

/** The models of a tier that a configured provider serves and this caller may use. */
function reachable(
  config: TierConfig,
  identity: Identity,
  findDestination: FindDestination,
): TierConfig {
  const isReachable = ({ provider, model }: TierModel): boolean => {
    const found = findDestination(`${provider}/${model}`, identity);
    // A default provider would take a name that begins with another's: that is not who was meant.
    return found.ok && found.value.provider.name === provider;
  };
  const filtered = TIERS.map((tier) => [tier, config[tier].filter(isReachable)]);
  return { ...config, ...Object.fromEntries(filtered) };
}

const unreachable = (tier: Tier): GatewayError => ({
  kind: 'invalid_request',
  path: 'tier',
  detail: `No model of the tier "${tier}" can be used with this key and the configured providers.`,
});
