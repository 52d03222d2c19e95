import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import type { Identity } from '@tollgate/core/governance';
import { makesEmbeddings } from '@tollgate/core/providers';
import { isModelAllowed } from '@tollgate/core/routing';
import type { Config, ProviderConfig } from '../config/config.ts';
import type { Clock } from '../ports/clock.ts';
import type { FindDestination } from './destination.ts';

/** A model as a client may name it. */
export interface ListedModel {
  /** An alias, or `provider/model`; bare where only one provider is known to serve it. */
  readonly id: string;
  /** Unix seconds; 0 where nobody knows. */
  readonly created: number;
  readonly ownedBy: string;
  /** Makes vectors, and answers nothing. */
  readonly embeds: boolean;
}

export interface ModelService {
  list(by: Identity): Promise<readonly ListedModel[]>;
  find(by: Identity, id: string): Promise<Result<ListedModel, GatewayError>>;
}

/** A model that a provider itself listed. */
export interface ProviderModel {
  readonly id: string;
  readonly created?: number;
  readonly ownedBy?: string;
  /** As its provider says; absent: it doesn't. */
  readonly embeds?: boolean;
}

export interface ModelDeps {
  readonly config: Config;
  readonly clock: Clock;
  readonly findDestination: FindDestination;
  /** Asks a provider what it serves; undefined when it doesn't say. */
  readonly ask: (provider: ProviderConfig) => Promise<readonly ProviderModel[] | undefined>;
}

/** How long a provider's list is believed, and how long a failure to get it, milliseconds. */
const LIST_TTL_MS = 5 * 60_000;
const FAILURE_TTL_MS = 15_000;

export function createModelService(deps: ModelDeps): ModelService {
  const { config, clock } = deps;
  const lists = new Map<string, { until: number; list: Promise<readonly ProviderModel[]> }>();

  const modelsOf = (provider: ProviderConfig): Promise<readonly ProviderModel[]> => {
    const cached = lists.get(provider.name);
    if (cached !== undefined && cached.until > clock.now()) return cached.list;
    const entry = {
      until: clock.now() + LIST_TTL_MS,
      list: deps.ask(provider).then((asked) => {
        if (asked === undefined) entry.until = clock.now() + FAILURE_TTL_MS;
        return asked ?? provider.models;
      }),
    };
    lists.set(provider.name, entry);
    return entry.list;
  };

  const embedsAt = (place: { readonly provider: string; readonly model: string }): boolean => {
    const provider = config.providers.find(({ name }) => name === place.provider);
    return makesEmbeddings(provider?.models ?? [], place.model);
  };

  const list = async (by: Identity): Promise<readonly ListedModel[]> => {
    const listed = await Promise.all(
      config.providers.map(async (provider) =>
        (await modelsOf(provider)).map((model) => ({ provider, model })),
      ),
    );
    const served = listed.flat().map(({ provider, model }) => ({
      id: publicName(provider, model.id, config),
      created: model.created ?? 0,
      ownedBy: model.ownedBy ?? provider.name,
      embeds: model.embeds ?? makesEmbeddings(provider.models, model.id),
      place: {
        asked: publicName(provider, model.id, config),
        provider: provider.name,
        model: model.id,
      },
    }));
    const aliases = Object.entries(config.models).map(([alias, name]) => ({
      id: alias,
      created: 0,
      ownedBy: name.slice(0, Math.max(0, name.indexOf('/'))) || 'tollgate',
      place: placeOf(alias, name),
      embeds: embedsAt(placeOf(alias, name)),
    }));
    return [...aliases, ...served]
      .filter(({ place }) => isModelAllowed(by, place))
      .map(({ place: _place, ...model }) => model);
  };

  const find = async (by: Identity, id: string): Promise<Result<ListedModel, GatewayError>> => {
    const listed = (await list(by)).find((model) => model.id === id);
    if (listed !== undefined) return ok(listed);
    // A name may be longer than what is listed: `openai/gpt-4o` for `gpt-4o`.
    const found = deps.findDestination(id, by);
    if (!found.ok) return found;
    const { provider, model } = found.value;
    const known = (await modelsOf(provider)).find((candidate) => candidate.id === model);
    if (known === undefined) return err({ kind: 'model_not_found', model: id, near: [] });
    return ok({
      id,
      created: known.created ?? 0,
      ownedBy: known.ownedBy ?? provider.name,
      embeds: known.embeds ?? makesEmbeddings(provider.models, model),
    });
  };

  return { list, find };
}

const placeOf = (asked: string, name: string) => {
  const slash = name.indexOf('/');
  return { asked, provider: name.slice(0, Math.max(0, slash)), model: name.slice(slash + 1) };
};

/** Bare where that finds the same provider again, else with the provider's name before it. */
function publicName(provider: ProviderConfig, model: string, config: Config): string {
  if (provider.transport === 'simulated') return `${provider.name}/${model}`;
  const knows = (other: ProviderConfig): boolean =>
    other.models.some((known) => known.id === model) ||
    other.modelPrefixes.some((prefix) => model.startsWith(prefix));
  const servers = config.providers.filter(knows);
  const [only] = servers;
  return servers.length === 1 && only?.name === provider.name ? model : `${provider.name}/${model}`;
}
