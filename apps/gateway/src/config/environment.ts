/** The environment as a value: nothing else of the process's is read. */
export interface Environment {
  readonly [name: string]: string | undefined;
}

interface Variable {
  readonly name: string;
  /** The setting it stands for; later ones win over earlier ones. */
  readonly path: readonly string[] | undefined;
  readonly type: 'text' | 'number' | 'flag';
  readonly description: string;
}

const variable = (
  name: string,
  path: string | undefined,
  description: string,
  type: Variable['type'] = 'text',
): Variable => ({ name, path: path?.split('.'), type, description });

/** Every variable that is read, but for the providers' keys. */
export const VARIABLES: readonly Variable[] = [
  variable('SENTINEL_HOST', 'server.host', 'The predecessor’s name for it.'),
  variable('SENTINEL_PORT', 'server.port', 'The predecessor’s name for it.', 'number'),
  variable('SENTINEL_DEBUG', 'debug', '`true` or `1`: on.', 'flag'),
  variable('ZION_API_URL', 'governance.url', 'Switches to Zion’s governance.'),
  variable('ZION_API_KEY', 'governance.apiKey', 'Needed with `ZION_API_URL`.'),
  variable('CACHE_TTL_SECONDS', 'governance.limitsTtlSeconds', 'Under Zion.', 'number'),
  variable('JWT_CACHE_TTL_SECONDS', 'governance.profileTtlSeconds', 'Under Zion.', 'number'),
  variable('TIER_CONFIG_TTL_SECONDS', 'governance.tierTtlSeconds', 'Under Zion.', 'number'),
  variable(
    'SESSION_TTL_SECONDS',
    'native.sessionTtlSeconds',
    'Sessions of the native face.',
    'number',
  ),
  variable('DOCS_API_KEY', 'native.docsKey', 'Key of the native face’s documentation.'),
  variable(
    'OPENAI_API_URL',
    'providers.openai.baseUrl',
    'For all that OpenAI speaks; ends in /v1.',
  ),
  variable(
    'AZURE_OPENAI_ENDPOINT',
    'providers.azure.baseUrl',
    'Of a resource, in place of its name.',
  ),
  variable('REDIS_URL', undefined, 'Named at start, and not used: `storage.shared` is.'),
  variable('TOLLGATE_HOST', 'server.host', 'Address to listen on.'),
  variable('TOLLGATE_PORT', 'server.port', 'Port to listen on.', 'number'),
  variable('TOLLGATE_DATA_DIR', 'dataDir', 'Folder of the ledger, from the working folder.'),
  variable('TOLLGATE_LEDGER', 'storage.ledger', '`sqlite`, or a `postgres://` URL.'),
  variable('TOLLGATE_SHARED', 'storage.shared', '`memory`, or a `redis://` URL.'),
  variable('TOLLGATE_LOG_LEVEL', 'log.level', 'How much is logged.'),
  variable('TOLLGATE_RATE_LIMIT', 'limits.requestsPerMinute', 'For each key or user.', 'number'),
  variable('TOLLGATE_CONFIG', undefined, 'The settings file, where `--config` names none.'),
  variable(
    'TOLLGATE_ADMIN_KEY',
    undefined,
    'The admin key, in place of one made at the first start.',
  ),
  variable(
    'TOLLGATE_SECRET',
    undefined,
    'Keys the hashes of stored keys; made once in `dataDir` when absent.',
  ),
];

/** The variable that moves a known provider to another URL, where there is one. */
export const urlVariableOf = (provider: string): string | undefined =>
  VARIABLES.find(({ path }) => path?.join('.') === `providers.${provider}.baseUrl`)?.name;

/** A variable's value; an empty one, as compose files pass it on, counts as unset. */
export function readVariable(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === undefined || value === '' ? undefined : value;
}

/** This process's environment: the one place that reads it. */
export const processEnvironment = (): Environment => process.env;
