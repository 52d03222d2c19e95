import type { GatewayError } from '../chat/error.ts';
import type { ProviderDescription } from '../providers/provider-description.ts';
import { err, ok, type Result } from '../result.ts';
import { LONGEST_MODEL_NAME } from '../usage/usage-event.ts';
import type { ModelPlace } from './model-access.ts';
import { nearNames } from './near-names.ts';

type Server = Pick<ProviderDescription, 'name' | 'models' | 'modelPrefixes'>;

export interface ModelNames {
  /** The configured ones. */
  readonly providers: readonly Server[];
  /** Public name to `provider/model`, or to a bare name. An alias of an alias is not followed. */
  readonly aliases: { readonly [alias: string]: string };
  readonly defaultProvider?: string | undefined;
  /** What the caller may be told of, when a name is wrong. Absent: everything. */
  readonly visible?: (place: ModelPlace) => boolean;
}

/**
 * Where a model's name leads: `provider/model` of a configured provider goes there as it stands; an
 * alias to what it stands for; a bare name to the only provider known to serve it, else to the
 * default provider. Access is not decided here.
 */
export function resolveModel(name: string, names: ModelNames): Result<ModelPlace, GatewayError> {
  if (name.length > LONGEST_MODEL_NAME) return err(tooLong);
  const place = findPlace(name, names);
  if (place !== undefined) return ok({ ...place, asked: name });
  return err({ kind: 'model_not_found', model: name, near: nearMatches(name, names) });
}

const tooLong: GatewayError = {
  kind: 'invalid_request',
  path: 'model',
  detail: `No model has a name of more than ${LONGEST_MODEL_NAME} characters; GET /v1/models lists those there are.`,
};

type Place = Omit<ModelPlace, 'asked'>;

function findPlace(name: string, names: ModelNames): Place | undefined {
  const explicit = explicitPlace(name, names);
  if (explicit !== undefined) return explicit;
  const meant = (Object.hasOwn(names.aliases, name) ? names.aliases[name] : undefined) ?? name;
  return explicitPlace(meant, names) ?? barePlace(meant, names);
}

function explicitPlace(name: string, { providers }: ModelNames): Place | undefined {
  const slash = name.indexOf('/');
  if (slash < 1 || slash === name.length - 1) return undefined;
  const provider = name.slice(0, slash);
  if (!providers.some((server) => server.name === provider)) return undefined;
  return { provider, model: name.slice(slash + 1) };
}

function barePlace(name: string, names: ModelNames): Place | undefined {
  if (name === '') return undefined;
  const only = onlyServer(name, names.providers) ?? names.defaultProvider;
  return only === undefined ? undefined : { provider: only, model: name };
}

/** A listed name outweighs a prefix: `gpt-oss-120b` is not OpenAI's, though it begins with `gpt-`. */
function onlyServer(name: string, providers: readonly Server[]): string | undefined {
  const listing = providers.filter(({ models }) => models.some(({ id }) => id === name));
  const claiming = providers.filter(({ modelPrefixes }) =>
    modelPrefixes.some((prefix) => name.startsWith(prefix)),
  );
  const servers = listing.length > 0 ? listing : claiming;
  return servers.length === 1 ? servers[0]?.name : undefined;
}

function nearMatches(name: string, names: ModelNames): readonly string[] {
  const isVisible = names.visible ?? (() => true);
  const known: string[] = [];
  for (const alias of Object.keys(names.aliases)) {
    const place = findPlace(alias, names);
    if (place !== undefined && isVisible({ ...place, asked: alias })) known.push(alias);
  }
  for (const { name: provider, models } of names.providers) {
    for (const { id: model } of models) {
      const full = `${provider}/${model}`;
      if (!isVisible({ asked: full, provider, model })) continue;
      known.push(full);
      if (onlyServer(model, names.providers) === provider) known.push(model);
    }
  }
  return nearNames(name, known);
}
