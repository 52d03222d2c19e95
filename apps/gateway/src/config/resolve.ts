import type { Tier, TierConfig, TierModel } from '@tollgate/core/governance';
import type { ProviderDescription } from '@tollgate/core/providers';
import type {
  Config,
  GovernanceConfig,
  LocalKeyConfig,
  LossRule,
  ProviderConfig,
} from './config.ts';
import { type Finding, meant } from './describe-issue.ts';
import { type Environment, readVariable } from './environment.ts';
import { outboxConfigOf } from './outbox-schema.ts';
import { configuredPriceOf } from './price-schema.ts';
import type { Path } from './problem.ts';
import { resolveProviders } from './resolve-providers.ts';
import { Key, type Settings } from './schema.ts';
import { Secret } from './secret.ts';
import { storageConfigOf } from './storage-schema.ts';

export interface ResolveSources {
  readonly settings: Settings;
  readonly env: Environment;
  readonly known: readonly ProviderDescription[];
  readonly withoutKey: ReadonlyMap<string, string>;
  readonly notes: readonly string[];
}

export interface Resolved {
  readonly config: Config;
  readonly findings: readonly Finding[];
}

/** Turns checked settings into what the gateway is built from; names that lead nowhere are findings. */
export function resolveConfig({
  settings,
  env,
  known,
  withoutKey,
  notes,
}: ResolveSources): Resolved {
  const resolved = resolveProviders({ settings: settings.providers, env, known, withoutKey });
  const named = nameCheck(resolved, known);
  const adminKey = secretFrom(env, 'TOLLGATE_ADMIN_KEY', 8);
  const secret = secretFrom(env, 'TOLLGATE_SECRET', 16);
  const config: Config = {
    server: settings.server,
    dataDir: settings.dataDir,
    governance: governanceOf(settings),
    storage: storageConfigOf(settings.storage),
    providers: resolved.providers.map((provider) => withLossRules(provider, settings)),
    models: settings.models,
    prices: new Map(
      Object.entries(settings.prices).map(([model, entry]) => [model, configuredPriceOf(entry)]),
    ),
    priceList: settings.priceList,
    defaultProvider: settings.defaultProvider,
    tiers: tiersOf(settings),
    native: { defaultTier: settings.native.defaultTier },
    sessionTtlSeconds: settings.native.sessionTtlSeconds,
    limits: {
      requestsPerMinute: settings.limits.requestsPerMinute,
      bodyBytes: settings.limits.bodyBytes,
    },
    media: settings.media,
    outbox: outboxConfigOf(settings.outbox),
    passthrough: settings.passthrough.map((route) => {
      const [method = '', path = ''] = route.split(' ');
      return { method, path };
    }),
    metricsPort: settings.metrics.port,
    adminKey: adminKey.value,
    secret: secret.value,
    docsKey: secretOf(settings.native.docsKey),
    debug: settings.debug,
    logLevel: settings.log.level,
    notes: [...notes, ...resolved.notes],
  };
  const findings = [
    ...resolved.findings,
    ...adminKey.findings,
    ...secret.findings,
    ...nameFindings(settings, named),
    ...duplicateKeyFindings(settings),
  ];
  return { config, findings };
}

type NameCheck = (provider: string, path: Path) => readonly Finding[];

/** A provider that is named anywhere must be one that could be on: off for want of a key is fine. */
function nameCheck(
  { providers, off, findings }: ReturnType<typeof resolveProviders>,
  known: readonly ProviderDescription[],
): NameCheck {
  const usable = new Set([...providers, ...known].map(({ name }) => name).concat(...off));
  // A section with a mistake of its own still has its name.
  for (const { path } of findings) usable.add(String(path[1]));
  return (provider, path) => {
    if (usable.has(provider)) return [];
    const hint = meant(provider, [...usable]);
    return [{ path, message: `no provider is named ${JSON.stringify(provider)}${hint}` }];
  };
}

function nameFindings(settings: Settings, check: NameCheck): readonly Finding[] {
  const aliases = Object.entries(settings.models).flatMap(([alias, target]) =>
    check(providerOf(target), ['models', alias]),
  );
  const tiers = Object.entries(settings.tiers).flatMap(([tier, models]) =>
    models.flatMap(({ model }, index) => check(providerOf(model), ['tiers', tier, index, 'model'])),
  );
  const prices = Object.keys(settings.prices).flatMap((model) =>
    check(providerOf(model), ['prices', model]),
  );
  const losses = Object.keys(settings.losses).flatMap((model) =>
    check(providerOf(model), ['losses', model]),
  );
  const fallback = settings.defaultProvider;
  const byDefault = fallback === undefined ? [] : check(fallback, ['defaultProvider']);
  const shadowed = Object.keys(settings.models)
    .filter((alias) => alias.includes('/') && check(providerOf(alias), []).length === 0)
    .map((alias) => ({
      path: ['models', alias],
      message: `can't be reached: ${JSON.stringify(alias)} names a model of that provider itself`,
    }));
  return [...aliases, ...shadowed, ...tiers, ...prices, ...losses, ...byDefault];
}

const providerOf = (name: string): string => name.slice(0, name.indexOf('/'));

function withLossRules(provider: ProviderConfig, { losses }: Settings): ProviderConfig {
  const rules = Object.entries(losses)
    .filter(([model]) => providerOf(model) === provider.name)
    .map(([model, policies]): LossRule => {
      const pattern = model.slice(provider.name.length + 1);
      return { pattern, policies };
    })
    .sort((a, b) => a.pattern.length - b.pattern.length);
  return rules.length === 0 ? provider : { ...provider, lossRules: rules };
}

function duplicateKeyFindings({ governance }: Settings): readonly Finding[] {
  const seen = new Map<string, number>();
  return governance.keys.flatMap(({ key }, index) => {
    const first = seen.get(key);
    seen.set(key, first ?? index);
    if (first === undefined) return [];
    return [
      { path: ['governance', 'keys', index, 'key'], message: `is the key of keys[${first}] too` },
    ];
  });
}

function governanceOf({ governance }: Settings): GovernanceConfig {
  const keys = governance.keys.map(
    ({ name, key, role, models, faces, requestsPerMinute }): LocalKeyConfig => ({
      name,
      key: new Secret(key),
      role,
      ...(models && { models }),
      ...(faces && { faces }),
      ...(requestsPerMinute !== undefined && { requestsPerMinute }),
    }),
  );
  if (governance.kind === 'local') return { kind: 'local', keys };
  return {
    kind: 'zion',
    url: new URL(governance.url),
    apiKey: new Secret(governance.apiKey),
    profileTtlSeconds: governance.profileTtlSeconds,
    limitsTtlSeconds: governance.limitsTtlSeconds,
    tierTtlSeconds: governance.tierTtlSeconds,
    keys,
  };
}

function tiersOf({ tiers }: Settings): TierConfig {
  const of = (tier: Tier): readonly TierModel[] =>
    tiers[tier].map(({ model, relativeCost }) => ({
      provider: providerOf(model),
      model: model.slice(model.indexOf('/') + 1),
      relativeCost,
    }));
  return { simple: of('simple'), moderate: of('moderate'), complex: of('complex') };
}

const secretOf = (value: string | undefined): Secret | undefined =>
  value === undefined ? undefined : new Secret(value);

function secretFrom(env: Environment, variable: string, shortest: number) {
  const value = readVariable(env, variable);
  if (value === undefined) return { value: undefined, findings: [] };
  const checked = Key.min(shortest, `expected at least ${shortest} characters`).safeParse(value);
  const findings: readonly Finding[] = checked.success
    ? []
    : checked.error.issues.map(({ message }) => ({ path: [variable], message }));
  return { value: new Secret(value), findings };
}
