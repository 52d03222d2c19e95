import type { ProviderDialectId } from '@tollgate/core/dialects';
import {
  type AuthScheme,
  type Betas,
  type ProviderDescription,
  SIMULATED_PROVIDER,
} from '@tollgate/core/providers';
import type { ProviderConfig } from './config.ts';
import { type Finding, meant } from './describe-issue.ts';
import { type Environment, readVariable, urlVariableOf } from './environment.ts';
import { BETA_HEADERS, HttpUrl, Key, type ProviderSettings } from './schema.ts';
import { Secret } from './secret.ts';
import { oneUrl, spokenDialects } from './spoken-dialects.ts';

export interface ResolvedProviders {
  readonly providers: readonly ProviderConfig[];
  /** Named in the file, and off. */
  readonly off: ReadonlySet<string>;
  readonly notes: readonly string[];
  readonly findings: readonly Finding[];
}

export interface ProviderSources {
  readonly settings: { readonly [name: string]: ProviderSettings };
  readonly env: Environment;
  readonly known: readonly ProviderDescription[];
  /** Providers whose `apiKey` names a variable that is not set, and that variable. */
  readonly withoutKey: ReadonlyMap<string, string>;
}

type Outcome =
  | { readonly provider: ProviderConfig }
  /** Why it is off. */
  | { readonly note: string }
  | { readonly findings: readonly Finding[] };

/** Those of the file in its order, then those that a key in the environment switches on, then `sim`. */
export function resolveProviders(sources: ProviderSources): ResolvedProviders {
  const { settings, known, env } = sources;
  const outcomes = new Map<string, Outcome>();
  for (const [name, section] of Object.entries(settings)) {
    outcomes.set(name, fromFile(name, section, sources));
  }
  for (const description of known) {
    if (outcomes.has(description.name)) continue;
    const outcome = fromEnvironment(description, env);
    if (outcome !== undefined) outcomes.set(description.name, outcome);
  }
  const simulated = known.filter(({ name }) => name === SIMULATED_PROVIDER);
  const all = [...outcomes.values()];
  return {
    providers: [
      ...all.flatMap((outcome) => ('provider' in outcome ? [outcome.provider] : [])),
      ...simulated.map((one) => ({ ...one, apiKey: undefined, transport: 'simulated' as const })),
    ],
    off: new Set([...outcomes].filter(([, one]) => 'note' in one).map(([name]) => name)),
    notes: all.flatMap((outcome) => ('note' in outcome ? [outcome.note] : [])),
    findings: all.flatMap((outcome) => ('findings' in outcome ? outcome.findings : [])),
  };
}

/** As each dialect's own provider takes it. */
const AUTH_OF_DIALECT = {
  'openai-chat': 'bearer',
  'openai-responses': 'bearer',
  'anthropic-messages': 'x-api-key',
  gemini: 'x-goog-api-key',
  'cohere-chat': 'bearer',
  'bedrock-converse': 'bearer',
} as const satisfies Record<ProviderDialectId, AuthScheme>;

/** A name of the operator's own is taken for its dialect's own provider, under another name. */
const ALL_BETAS: Betas = Object.fromEntries(BETA_HEADERS.map((header) => [header, ['*']]));

function fromFile(name: string, section: ProviderSettings, sources: ProviderSources): Outcome {
  const path = ['providers', name];
  const problem = (at: readonly string[], message: string): Outcome => ({
    findings: [{ path: [...path, ...at], message }],
  });
  if (name === SIMULATED_PROVIDER) return problem([], 'is built in and always on: leave it out');
  if (!section.enabled) return { note: `${name} is off: the file says so.` };

  const description = sources.known.find((one) => one.name === name);
  const needed =
    description === undefined ? missingOfUnknown(name, section, sources.known) : undefined;
  if (needed !== undefined) return problem([], needed);
  const place = description && placeOf(description, sources.env);
  if (place && 'findings' in place) return place;
  const spoken = spokenDialects(section, place, path);
  if ('findings' in spoken) return spoken;

  const [first = 'openai-chat'] = spoken.dialects;
  const own = description?.auth ?? AUTH_OF_DIALECT[first];
  // A key for a provider that needs none is sent all the same.
  const needsOne = own === 'none' && section.apiKey !== undefined;
  const auth = section.auth ?? (needsOne ? AUTH_OF_DIALECT[first] : own);
  const key = section.apiKey ?? keyOf(description?.keyVariables ?? [], sources.env)?.key;
  if (key === undefined && auth !== 'none') {
    const unset = sources.withoutKey.get(name) ?? description?.keyVariables[0];
    if (unset === undefined) return problem(['apiKey'], 'missing: expected its key, or none');
    return { note: `${name} is off: ${unset} is not set.` };
  }
  const isKeyless = key === undefined || key === 'none';
  return {
    provider: {
      ...description,
      ...spoken,
      name,
      auth: isKeyless ? 'none' : auth,
      // Whoever says how the key is sent says it of all dialects.
      authBy: isKeyless || section.auth !== undefined ? {} : (description?.authBy ?? {}),
      keyVariables: description?.keyVariables ?? [],
      quirks: { ...description?.quirks, ...section.quirks },
      ...(section.pricedAs === undefined ? undefined : { pricedAs: section.pricedAs }),
      betas: section.betas ?? (description === undefined ? ALL_BETAS : (description.betas ?? {})),
      models: listedModels(section, description),
      modelPrefixes: description?.modelPrefixes ?? [],
      apiKey: isKeyless ? undefined : new Secret(key),
      transport: 'http',
      ...(section.responses === undefined ? undefined : { responses: section.responses }),
      ...(section.anthropicVersion === undefined
        ? undefined
        : { anthropicVersion: section.anthropicVersion }),
      ...(section.account === undefined ? undefined : { account: section.account }),
    },
  };
}

/** A known provider that the file doesn't name: on when the environment holds its key. */
function fromEnvironment(description: ProviderDescription, env: Environment): Outcome | undefined {
  const found = keyOf(description.keyVariables, env);
  if (found === undefined) return undefined;
  const checked = Key.safeParse(found.key);
  if (!checked.success) {
    return {
      findings: checked.error.issues.map(({ message }) => ({ path: [found.variable], message })),
    };
  }
  const place = placeOf(description, env);
  if ('findings' in place) return place;
  return {
    provider: { ...description, ...place, apiKey: new Secret(found.key), transport: 'http' },
  };
}

/** Where a known provider is: at its own addresses, or where its variable says. */
function placeOf(description: ProviderDescription, env: Environment) {
  const variable = urlVariableOf(description.name);
  const url = variable === undefined ? undefined : readVariable(env, variable);
  if (variable === undefined || url === undefined) return description;
  const checked = HttpUrl.safeParse(url);
  if (checked.success) return oneUrl(description.dialects, url);
  return { findings: checked.error.issues.map(({ message }) => ({ path: [variable], message })) };
}

function missingOfUnknown(
  name: string,
  { dialect, baseUrl }: ProviderSettings,
  known: readonly ProviderDescription[],
): string | undefined {
  const hasUrl = typeof baseUrl === 'string' ? dialect !== undefined : baseUrl !== undefined;
  if (hasUrl) return undefined;
  const hint = meant(
    name,
    known.map((one) => one.name),
  );
  return `not a known name, so it needs dialect and baseUrl${hint}`;
}

function listedModels(
  { models }: ProviderSettings,
  description: ProviderDescription | undefined,
): ProviderDescription['models'] {
  const known = description?.models ?? [];
  return models?.map((id) => known.find((model) => model.id === id) ?? { id }) ?? known;
}

function keyOf(variables: readonly string[], env: Environment) {
  for (const variable of variables) {
    const key = readVariable(env, variable);
    if (key !== undefined) return { variable, key };
  }
  return undefined;
}
