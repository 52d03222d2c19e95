import { stringify } from 'yaml';
import type { Config, GovernanceConfig, LocalKeyConfig, ProviderConfig } from '../config/config.ts';
import { loadConfig } from '../config/load.ts';
import { renderProblem } from '../config/problem.ts';
import { type CliContext, CliFailure, type CommonOptions, readConfig, toJson } from './context.ts';

/** Says that all is well, or everything that isn't, each with its place. */
export function checkConfig(context: CliContext, options: CommonOptions): void {
  const loaded = loadConfig({ path: options.config, env: context.env, cwd: context.cwd });
  const isJson = options.json === true;
  if (!loaded.ok) {
    if (isJson) context.out(toJson({ ok: false, problems: loaded.error }));
    const count = `${loaded.error.length} ${loaded.error.length === 1 ? 'mistake' : 'mistakes'}`;
    throw new CliFailure([...loaded.error.map(renderProblem), count].join('\n'));
  }
  const { config, file } = loaded.value;
  for (const note of config.notes) context.err(note);
  if (isJson) context.out(toJson({ ok: true, file: file ?? null, notes: config.notes }));
  else context.out(`${file ?? 'No file: the defaults and the environment'}: no mistakes`);
}

/** What came of file, environment and defaults, in the file's own words; secrets are masked. */
export function printConfig(context: CliContext, options: CommonOptions): void {
  const { config } = readConfig(context, options);
  for (const note of config.notes) context.err(note);
  // Through JSON, where a secret can only say that it is one.
  const presented: unknown = JSON.parse(JSON.stringify(present(config)));
  context.out(options.json === true ? toJson(presented) : stringify(presented).trimEnd());
}

const present = (config: Config) => ({
  server: config.server,
  dataDir: config.dataDir,
  governance: presentGovernance(config.governance),
  storage: config.storage,
  providers: Object.fromEntries(config.providers.map(presentProvider)),
  models: config.models,
  priceList: config.priceList,
  defaultProvider: config.defaultProvider,
  tiers: Object.fromEntries(
    Object.entries(config.tiers).map(([tier, models]) => [
      tier,
      models.map(({ provider, model, relativeCost }) => ({
        model: `${provider}/${model}`,
        relativeCost,
      })),
    ]),
  ),
  native: {
    defaultTier: config.native.defaultTier,
    sessionTtlSeconds: config.sessionTtlSeconds,
    docsKey: config.docsKey,
  },
  limits: config.limits,
  outbox: {
    webhooks: Object.fromEntries(
      config.outbox.webhooks.map(({ name, ...webhook }) => [name, webhook]),
    ),
    privateHosts: config.outbox.privateHosts,
    files: config.outbox.files,
  },
  passthrough: config.passthrough.map(({ method, path }) => `${method} ${path}`),
  metrics: { port: config.metricsPort },
  debug: config.debug,
  log: { level: config.logLevel },
});

const presentGovernance = (governance: GovernanceConfig) => ({
  ...governance,
  keys: governance.keys.map(({ name, key, ...rest }: LocalKeyConfig) => ({ name, key, ...rest })),
});

const presentProvider = (provider: ProviderConfig) => {
  const { name, dialects, baseUrl, auth, apiKey, transport } = provider;
  const isSimulated = transport === 'simulated';
  const place = isSimulated ? { simulated: true } : { apiKey: apiKey ?? 'none', auth, baseUrl };
  return [name, { dialect: dialects, ...place }] as const;
};
