import type { Result } from '@tollgate/core';
import { err, ok } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import type { Target } from '@tollgate/core/dialects';
import type { Identity } from '@tollgate/core/governance';
import { abilityOf } from '@tollgate/core/providers';
import { isModelAllowed, resolveModel } from '@tollgate/core/routing';
import type { Config, ProviderConfig } from '../config/config.ts';

/** Where one call goes: a configured provider and the model as that provider calls it. */
export interface Destination {
  readonly provider: ProviderConfig;
  readonly model: string;
  /** The model as the client named it. */
  readonly asked: string;
}

/** Finds the destination of a model name for one caller. Names a caller may not use are not hinted at. */
export type FindDestination = (
  name: string,
  identity: Identity,
) => Result<Destination, GatewayError>;

export function createFindDestination(config: Config): FindDestination {
  const providers = new Map(config.providers.map((provider) => [provider.name, provider]));

  return (name, identity) => {
    const resolved = resolveModel(name, {
      providers: config.providers,
      aliases: config.models,
      defaultProvider: config.defaultProvider,
      visible: (candidate) => isModelAllowed(identity, candidate),
    });
    if (!resolved.ok) return resolved;
    const provider = providers.get(resolved.value.provider);
    if (provider === undefined) return err({ kind: 'model_not_found', model: name, near: [] });
    if (!isModelAllowed(identity, resolved.value)) {
      return err({
        kind: 'forbidden',
        detail: `This key may not use the model "${name}". Ask an administrator to allow it, or use one that GET /v1/models lists.`,
      });
    }
    return ok({ provider, model: resolved.value.model, asked: name });
  };
}

/** What a codec must know of a destination. */
export function targetOf(destination: Destination): Target {
  const { provider, model } = destination;
  return {
    provider: provider.name,
    model,
    ability: abilityOf(provider, model),
    quirks: provider.quirks,
    ...(provider.betas === undefined ? undefined : { betas: provider.betas }),
    ...(provider.anthropicVersion === undefined
      ? undefined
      : { apiVersion: provider.anthropicVersion }),
    origin: {
      provider: provider.name,
      ...(provider.account === undefined ? undefined : { account: provider.account }),
      model,
    },
  };
}
