import type { ProviderDialectId } from '@tollgate/core/dialects';
import {
  type AuthScheme,
  type Betas,
  type ProviderDescription,
  SIMULATED_PROVIDER,
} from '@tollgate/core/providers';
import type { ProviderConfig } from './config.ts';
import { type Finding, meant } from './describe-issue.ts';
import type { Environment } from './environment.ts';
import { placeOf } from './provider-place.ts';
import { CREDENTIAL_VARIABLES, keyOf, type Proof, proofOf } from './provider-proof.ts';
import { BETA_HEADERS, type ProviderSettings } from './schema.ts';
import { Secret } from './secret.ts';

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
  const { settings, known } = sources;
  const outcomes = new Map<string, Outcome>();
  for (const [name, section] of Object.entries(settings)) {
    outcomes.set(name, fromFile(name, section, sources));
  }
  for (const description of known) {
    if (outcomes.has(description.name)) continue;
    const outcome = fromEnvironment(description, sources);
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

  const { env } = sources;
  const description = sources.known.find((one) => one.name === name);
  const needed =
    description === undefined ? missingOfUnknown(name, section, sources.known) : undefined;
  if (needed !== undefined) return problem([], needed);
  const proof = proofOf(name, { section, description, env });
  if (proof.type === 'wrong') return proof;
  const hasKey = proof.type === 'key';
  const found = placeOf(name, description, { section, env, hasKey });
  if ('findings' in found) return found;

  const sending = sendingOf(section, { proof, description, first: found.dialects[0] });
  if (sending === undefined) {
    const unset = sources.withoutKey.get(name) ?? waysIn(description);
    if (unset === undefined) return problem(['apiKey'], 'missing: expected its key, or none');
    return { note: `${name} is off: ${unset} is not set.` };
  }
  if ('missing' in found) return { note: `${name} is off: ${found.missing} is not set.` };
  return {
    provider: {
      ...description,
      ...found.place,
      ...sending,
      name,
      keyVariables: description?.keyVariables ?? [],
      quirks: { ...description?.quirks, ...section.quirks },
      ...(section.pricedAs === undefined ? undefined : { pricedAs: section.pricedAs }),
      betas: section.betas ?? (description === undefined ? ALL_BETAS : (description.betas ?? {})),
      models: listedModels(section, description),
      modelPrefixes: description?.modelPrefixes ?? [],
      said: found.said,
      transport: 'http',
      ...(section.responses === undefined ? undefined : { responses: section.responses }),
      ...(section.anthropicVersion === undefined
        ? undefined
        : { anthropicVersion: section.anthropicVersion }),
      ...(section.account === undefined ? undefined : { account: section.account }),
    },
  };
}

interface Provable {
  readonly proof: Exclude<Proof, { readonly type: 'wrong' }>;
  readonly description: ProviderDescription | undefined;
  readonly first: ProviderDialectId | undefined;
}

/** How a provider is told who calls; undefined when it wants to know and there is nothing to tell. */
function sendingOf(
  section: ProviderSettings,
  { proof, description, first = 'openai-chat' }: Provable,
): Pick<ProviderConfig, 'auth' | 'authBy' | 'apiKey' | 'proof'> | undefined {
  if (proof.type === 'credentials') {
    return { auth: 'none', authBy: {}, apiKey: undefined, proof: proof.credentials };
  }
  const own = description?.auth ?? AUTH_OF_DIALECT[first];
  // A key for a provider that needs none is sent all the same.
  const needsOne = own === 'none' && proof.type === 'key';
  const auth = section.auth ?? (needsOne ? AUTH_OF_DIALECT[first] : own);
  if (proof.type === 'none') {
    return auth === 'none' ? { auth, authBy: {}, apiKey: undefined } : undefined;
  }
  if (proof.key === 'none') return { auth: 'none', authBy: {}, apiKey: undefined };
  // Whoever says how the key is sent says it of all dialects.
  const authBy = section.auth === undefined ? (description?.authBy ?? {}) : {};
  return { auth, authBy, apiKey: new Secret(proof.key) };
}

/** The variables that would switch a provider on. */
function waysIn(description: ProviderDescription | undefined): string | undefined {
  const key = description?.keyVariables[0];
  const kind = description?.credentials;
  if (kind === undefined) return key;
  const [credential] = CREDENTIAL_VARIABLES[kind];
  return key === undefined ? credential : `${key} or ${credential}`;
}

/** A known provider that the file doesn't name: on when the environment holds its key. */
function fromEnvironment(
  description: ProviderDescription,
  sources: ProviderSources,
): Outcome | undefined {
  const found = keyOf(description.keyVariables, sources.env);
  return found && fromFile(description.name, { enabled: true }, sources);
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
