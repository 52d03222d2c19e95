import { describe, expect, it } from 'vitest';
import type { Config } from './config.ts';
import { parseConfig } from './parse.ts';
import { renderProblem } from './problem.ts';

function parsed(file: unknown, env: Record<string, string> = {}): Config {
  const result = parseConfig({ file, env });
  if (!result.ok) throw new Error(result.error.map(renderProblem).join('\n'));
  return result.value;
}

function problems(file: unknown, env: Record<string, string> = {}): readonly string[] {
  const result = parseConfig({ file, env });
  return result.ok ? [] : result.error.map(renderProblem);
}

const names = (config: Config) => config.providers.map(({ name }) => name);
const provider = (config: Config, name: string) =>
  config.providers.find((one) => one.name === name);

describe('the defaults', () => {
  it('serve on loopback, with local governance and the simulated provider alone', () => {
    const config = parsed(undefined);

    expect(config).toMatchObject({
      server: { host: '127.0.0.1', port: 8080 },
      dataDir: './data',
      governance: { kind: 'local', keys: [] },
      storage: {
        ledger: 'sqlite',
        shared: 'memory',
        synchronous: 'full',
        deadAfterSeconds: 30,
        whenSharedIsAway: { money: 'refuse', rates: 'allow' },
      },
      native: { defaultTier: undefined },
      limits: { requestsPerMinute: undefined, bodyBytes: 33_554_432 },
      tiers: { simple: [], moderate: [], complex: [] },
      logLevel: 'info',
      debug: false,
      notes: [],
    });
    expect(names(config)).toEqual(['sim']);
    expect(provider(config, 'sim')).toMatchObject({ transport: 'simulated', apiKey: undefined });
  });

  it('hold for an empty file and for sections left empty', () => {
    expect(parsed({ server: null, native: {}, providers: null })).toEqual(parsed({}));
  });
});

describe('the environment', () => {
  it('switches known providers on by their keys, in the order of the known ones', () => {
    const config = parsed(undefined, {
      GEMINI_API_KEY: 'g-key',
      OPENAI_API_KEY: 'sk-openai',
      ANTHROPIC_API_KEY: '',
    });

    expect(names(config)).toEqual(['openai', 'google', 'sim']);
    expect(provider(config, 'openai')?.apiKey?.reveal()).toBe('sk-openai');
  });

  it('goes on top of the file, and TOLLGATE_ on top of the predecessor’s names', () => {
    const config = parsed(
      { server: { host: '10.0.0.1', port: 1 }, limits: { requestsPerMinute: 5 }, dataDir: 'a' },
      {
        SENTINEL_PORT: '2',
        TOLLGATE_PORT: '3',
        SENTINEL_HOST: '::1',
        TOLLGATE_RATE_LIMIT: '60',
        TOLLGATE_DATA_DIR: '/b',
        TOLLGATE_LOG_LEVEL: 'warn',
        TOLLGATE_ADMIN_KEY: 'tg_admin-key',
        TOLLGATE_SECRET: '0123456789abcdef',
        DOCS_API_KEY: 'docs',
        SENTINEL_DEBUG: '1',
        SESSION_TTL_SECONDS: '60',
      },
    );

    expect(config).toMatchObject({
      server: { host: '::1', port: 3 },
      limits: { requestsPerMinute: 60 },
      dataDir: '/b',
      logLevel: 'warn',
      debug: true,
      sessionTtlSeconds: 60,
    });
    expect(config.adminKey?.reveal()).toBe('tg_admin-key');
    expect(config.docsKey?.reveal()).toBe('docs');
    expect(config.secret?.reveal()).toBe('0123456789abcdef');
  });

  it('of the predecessor alone makes a stand-in for it', () => {
    const config = parsed(undefined, {
      ZION_API_URL: 'http://zion:3000',
      ZION_API_KEY: 'zion-key',
      OPENAI_API_KEY: 'sk-1',
      OPENAI_API_URL: 'http://openai.local/v1/',
      REDIS_URL: 'redis://redis:6379',
      CACHE_TTL_SECONDS: '10',
      JWT_CACHE_TTL_SECONDS: '20',
      TIER_CONFIG_TTL_SECONDS: '30',
    });

    expect(config).toMatchObject({
      server: { host: '0.0.0.0', port: 8080 },
      native: { defaultTier: 'simple' },
      defaultProvider: 'openai',
      governance: {
        kind: 'zion',
        url: new URL('http://zion:3000'),
        limitsTtlSeconds: 10,
        profileTtlSeconds: 20,
        tierTtlSeconds: 30,
      },
      notes: ['REDIS_URL is not used: set storage.shared or TOLLGATE_SHARED to count in Redis.'],
    });
    expect(provider(config, 'openai')?.baseUrl).toEqual({
      'openai-chat': 'http://openai.local/v1',
      'openai-responses': 'http://openai.local/v1',
    });
  });

  it('keeps host and native contract as they are where a file is beside Zion', () => {
    const config = parsed({}, { ZION_API_URL: 'http://zion', ZION_API_KEY: 'zion-key' });

    expect(config).toMatchObject({
      server: { host: '127.0.0.1' },
      native: { defaultTier: undefined },
      defaultProvider: undefined,
      governance: { kind: 'zion', profileTtlSeconds: 300, tierTtlSeconds: 1_800 },
    });
  });

  it('does not turn governance that the file says is local', () => {
    const config = parsed({ governance: { kind: 'local' } }, { ZION_API_URL: 'http://zion' });

    expect(config.governance.kind).toBe('local');
    expect(config.notes).toEqual([
      'ZION_API_URL is not used: the file says governance.kind local.',
    ]);
  });

  it('says which of its names do nothing', () => {
    expect(parsed({}, { TOLLGATE_PROT: '1', TOLLGATE_TEST_X: '1' }).notes).toEqual([
      'TOLLGATE_PROT is not a variable that Tollgate reads. Did you mean TOLLGATE_PORT?',
    ]);
  });
});

describe('${VAR} in the file', () => {
  it('is replaced once, with its default where it is unset, and typed as the setting is', () => {
    const config = parsed(
      {
        server: { port: '${PORT}', host: '${HOST:-0.0.0.0}' },
        debug: '${DEBUG:-true}',
        tiers: { simple: [{ model: 'sim/echo', relativeCost: '${COST:-0.5}' }] },
        governance: { kind: 'local', keys: [{ name: 'app', key: 'tg_${KEY}' }] },
      },
      { PORT: '9000', KEY: '${HOME}' },
    );

    expect(config).toMatchObject({
      server: { port: 9000, host: '0.0.0.0' },
      debug: true,
      tiers: { simple: [{ provider: 'sim', model: 'echo', relativeCost: 0.5 }] },
    });
    expect(config.governance.keys[0]?.key.reveal()).toBe('tg_${HOME}');
  });

  it('that is unset switches a provider off, and aliases to it stay', () => {
    const config = parsed({
      providers: {
        openai: { apiKey: '${OPENAI_API_KEY}' },
        mine: { dialect: 'openai-chat', baseUrl: 'http://a', apiKey: '${MINE}' },
      },
      models: { fast: 'openai/gpt-4o-mini' },
      tiers: { complex: [{ model: 'mine/big' }] },
    });

    expect(names(config)).toEqual(['sim']);
    expect(config.notes).toEqual([
      'openai is off: OPENAI_API_KEY is not set.',
      'mine is off: MINE is not set.',
    ]);
  });
});

describe('a provider', () => {
  const openai = (section: object) =>
    provider(parsed({ providers: { openai: { apiKey: 'k', ...section } } }), 'openai');

  it('with one URL speaks there what its own host speaks, or what the file lists', () => {
    const local = { baseUrl: 'http://127.0.0.1:9/v1' };

    expect(openai(local)).toMatchObject({
      dialects: ['openai-chat', 'openai-responses'],
      baseUrl: {
        'openai-chat': 'http://127.0.0.1:9/v1',
        'openai-responses': 'http://127.0.0.1:9/v1',
      },
    });
    const google = parsed({ providers: { google: { apiKey: 'k', ...local } } });
    expect(provider(google, 'google')?.dialects).toEqual(['gemini']);
    expect(openai({ ...local, dialect: ['openai-responses', 'openai-chat'] })?.dialects).toEqual([
      'openai-responses',
      'openai-chat',
    ]);
  });

  it('with a map of URLs speaks what the map names, nothing elsewhere', () => {
    const urls = { 'openai-responses': 'http://a/v1' };

    expect(openai({ baseUrl: urls })).toMatchObject({
      dialects: ['openai-responses'],
      baseUrl: urls,
    });
  });

  it('with a name of its own brings dialect, URL and key, or says that it wants none', () => {
    const config = parsed({
      providers: {
        local: { dialect: 'openai-chat', baseUrl: 'http://127.0.0.1:11434/v1', apiKey: 'none' },
        claude: {
          dialect: 'anthropic-messages',
          baseUrl: 'http://b',
          apiKey: 'k',
          models: ['c-1'],
        },
      },
      defaultProvider: 'local',
    });

    expect(names(config)).toEqual(['local', 'claude', 'sim']);
    expect(provider(config, 'local')).toMatchObject({ auth: 'none', apiKey: undefined });
    expect(provider(config, 'claude')).toMatchObject({
      auth: 'x-api-key',
      models: [{ id: 'c-1' }],
    });
  });

  it('that needs no key is sent the one that the file gives it all the same', () => {
    const config = parsed({ providers: { vllm: { apiKey: 'k' }, ollama: {} } });

    expect(provider(config, 'vllm')).toMatchObject({ auth: 'bearer', apiKey: expect.anything() });
    expect(provider(config, 'ollama')).toMatchObject({ auth: 'none', apiKey: undefined });
  });

  it('knows the betas that are known of it, all of them under a name of the operator’s', () => {
    const own = { dialect: 'anthropic-messages', baseUrl: 'http://b', apiKey: 'k' };
    const betas = { 'anthropic-beta': ['context-*'] };
    const config = parsed({
      providers: {
        deepseek: { apiKey: 'k' },
        anthropic: { apiKey: 'k' },
        mine: own,
        told: { ...own, betas },
      },
    });

    expect(provider(config, 'deepseek')?.betas).toEqual({});
    expect(provider(config, 'anthropic')?.betas).toEqual({ 'anthropic-beta': ['*'] });
    expect(provider(config, 'mine')?.betas).toMatchObject({ 'anthropic-beta': ['*'] });
    expect(provider(config, 'told')?.betas).toEqual(betas);
  });

  it('that the file switches off stays off beside its key', () => {
    const config = parsed({ providers: { openai: { enabled: false } } }, { OPENAI_API_KEY: 'k' });

    expect(names(config)).toEqual(['sim']);
  });
});

describe('a provider whose addresses have the operator’s words in them', () => {
  const urls = (config: Config) => provider(config, 'azure')?.baseUrl['openai-responses'];

  it('takes them from the file before the environment', () => {
    const env = { AZURE_OPENAI_API_KEY: 'k', AZURE_RESOURCE_NAME: 'theirs' };

    expect(urls(parsed({}, env))).toBe('https://theirs.openai.azure.com');
    expect(urls(parsed({ providers: { azure: { resource: 'mine' } } }, env))).toBe(
      'https://mine.openai.azure.com',
    );
  });

  it('needs none of them at an address of the operator’s own, where all its dialects are', () => {
    const config = parsed({ providers: { azure: { apiKey: 'k', baseUrl: 'http://a' } } });

    expect(provider(config, 'azure')?.baseUrl).toEqual({
      'openai-chat': 'http://a',
      'openai-responses': 'http://a',
    });
    const env = { AZURE_OPENAI_API_KEY: 'k', AZURE_OPENAI_ENDPOINT: 'https://x.example/' };
    expect(urls(parsed({}, env))).toBe('https://x.example');
  });

  it('is off while one is missing, and says which', () => {
    const config = parsed({}, { AZURE_API_KEY: 'k' });

    expect(names(config)).toEqual(['sim']);
    expect(config.notes).toContain(
      'azure is off: providers.azure.resource or AZURE_RESOURCE_NAME is not set.',
    );
  });

  it('refuses words that would lead elsewhere, and words that its addresses lack', () => {
    const wrong = { providers: { azure: { apiKey: 'k', resource: 'a.evil.example/#' } } };

    expect(problems(wrong)).toEqual([
      'providers.azure.resource: expected letters, digits and dashes',
    ]);
    expect(problems({}, { AZURE_API_KEY: 'k', AZURE_RESOURCE_NAME: 'a@b' })).toEqual([
      'AZURE_RESOURCE_NAME: expected letters, digits and dashes',
    ]);
    expect(problems({ providers: { openai: { apiKey: 'k', region: 'eu-1' } } })).toEqual([
      'providers.openai.region: is no part of its address',
    ]);
  });
});

describe('a provider that credentials prove the caller to', () => {
  const AWS = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 's', AWS_REGION: 'eu-west-1' };
  const bedrock = (file: unknown, env: Record<string, string> = {}) =>
    provider(parsed({ providers: { bedrock: file } }, env), 'bedrock');

  it('takes the environment’s once the file names it, and a key before them', () => {
    expect(names(parsed({}, AWS))).toEqual(['sim']);
    expect(bedrock({}, AWS)).toMatchObject({
      apiKey: undefined,
      proof: { kind: 'aws' },
      said: { region: 'eu-west-1' },
      baseUrl: { 'bedrock-converse': 'https://bedrock-runtime.eu-west-1.amazonaws.com' },
    });
    const keyed = bedrock({}, { ...AWS, AWS_BEARER_TOKEN_BEDROCK: 'k' });
    expect(keyed).toMatchObject({ auth: 'bearer', apiKey: expect.anything() });
    expect(keyed?.proof).toBeUndefined();
  });

  it('takes the file’s before any of the environment', () => {
    const credentials = { accessKeyId: 'mine', secretAccessKey: 's' };
    const proof = bedrock({ credentials }, { ...AWS, AWS_BEARER_TOKEN_BEDROCK: 'k' })?.proof;

    expect(proof?.kind === 'aws' && proof.accessKeyId.reveal()).toBe('mine');
  });

  it('is off without them, and says what would switch it on', () => {
    const { notes } = parsed({ providers: { bedrock: {}, vertex: { credentials: '{}' } } });

    expect(notes).toEqual([
      'bedrock is off: AWS_BEARER_TOKEN_BEDROCK or AWS_ACCESS_KEY_ID is not set.',
      'vertex is off: providers.vertex.project or GOOGLE_CLOUD_PROJECT or ANTHROPIC_VERTEX_PROJECT_ID is not set.',
    ]);
  });

  it('refuses those of another kind, and any where a key is wanted', () => {
    const file = {
      providers: {
        bedrock: { credentials: './account.json' },
        vertex: { credentials: { accessKeyId: 'a', secretAccessKey: 'b' } },
        openai: { credentials: 'x' },
      },
    };

    expect(problems(file)).toEqual([
      'providers.bedrock.credentials: expected accessKeyId, secretAccessKey and perhaps a sessionToken',
      'providers.vertex.credentials: expected the path or the text of a credentials file',
      'providers.openai.credentials: is for providers that take no key: use apiKey',
    ]);
  });

  it('shows none of them when the configuration is printed', () => {
    const printed = JSON.stringify(bedrock({}, { ...AWS, AWS_SECRET_ACCESS_KEY: 'very-secret' }));

    expect(printed).not.toContain('very-secret');
  });
});

const OWN = { dialect: 'openai-chat', baseUrl: 'http://a' };

it.each<[string, unknown, readonly string[]]>([
  ['not a map', ['a'], ['file: expected a map of settings']],
  ['a misspelt section', { sever: {} }, ['sever: unknown setting; did you mean "server"?']],
  [
    'a misspelt setting',
    { server: { prot: 1 } },
    ['server.prot: unknown setting; did you mean "port"?'],
  ],
  ['nothing near', { zzzzzzz: 1 }, ['zzzzzzz: unknown setting']],
  [
    'a port out of range',
    { server: { port: 70_000 } },
    ['server.port: expected at most 65535, got 70000'],
  ],
  [
    'a text for a number',
    { server: { port: 'x' } },
    ['server.port: expected a number, got a text'],
  ],
  ['a broken number', { server: { port: 1.5 } }, ['server.port: expected a whole number, got 1.5']],
  [
    'too small a body',
    { limits: { bodyBytes: 1 } },
    ['limits.bodyBytes: expected at least 1024, got 1'],
  ],
  [
    'a misspelt tier',
    { native: { defaultTier: 'simpel' } },
    ['native.defaultTier: expected one of "simple", "moderate", "complex"; did you mean "simple"?'],
  ],
  [
    'governance of no kind that is known',
    { governance: { kind: 'zoin' } },
    ['governance.kind: expected one of "local", "zion"; did you mean "zion"?'],
  ],
  [
    'Zion without its URL and key',
    { governance: { kind: 'zion' } },
    ['governance.url: missing: expected a text', 'governance.apiKey: missing: expected a text'],
  ],
  [
    'a misspelt setting of Zion',
    { governance: { kind: 'zion', url: 'http://z', apiKey: 'k', profileTtl: 1 } },
    ['governance.profileTtl: unknown setting; did you mean "profileTtlSeconds"?'],
  ],
  [
    'a key that is short, and shown nowhere',
    { governance: { kind: 'local', keys: [{ name: 'a', key: 'hush' }] } },
    ['governance.keys[0].key: expected at least 8 characters'],
  ],
  [
    'the same key twice',
    {
      governance: {
        kind: 'local',
        keys: [
          { name: 'a', key: '12345678' },
          { name: 'b', key: '12345678' },
        ],
      },
    },
    ['governance.keys[1].key: is the key of keys[0] too'],
  ],
  [
    'an unset variable',
    { governance: { kind: 'local', keys: [{ name: 'a', key: '${APP_KEY}' }] } },
    ['governance.keys[0].key: APP_KEY is not set; a default is written ${APP_KEY:-default}'],
  ],
  [
    'another store',
    { storage: { ledger: 'mysql://a/b', shared: 'postgres://a/b' } },
    [
      'storage.ledger: expected "sqlite", or a postgres:// URL with a host',
      'storage.shared: expected "memory", or a redis:// or rediss:// URL with a host',
    ],
  ],
  [
    'a misspelt provider',
    { providers: { opnai: { apiKey: 'k' } } },
    ['providers.opnai: not a known name, so it needs dialect and baseUrl; did you mean "openai"?'],
  ],
  [
    'a misspelt dialect',
    { providers: { a: { ...OWN, dialect: 'openai' } } },
    [
      'providers.a.dialect: expected one of "openai-chat", "openai-responses", "anthropic-messages", "gemini", "cohere-chat", "bedrock-converse", or a list of them',
    ],
  ],
  [
    'a provider’s missing key',
    { providers: { a: OWN } },
    ['providers.a.apiKey: missing: expected its key, or none'],
  ],
  [
    'a dialect without a URL',
    { providers: { openai: { apiKey: 'k', dialect: 'anthropic-messages' } } },
    ['providers.openai.baseUrl: expected a URL for anthropic-messages'],
  ],
  [
    'a URL that is none',
    { providers: { a: { ...OWN, baseUrl: 'localhost:1' } } },
    ['providers.a.baseUrl: expected an http:// or https:// URL'],
  ],
  [
    'settings of the simulated provider',
    { providers: { sim: {} } },
    ['providers.sim: is built in and always on: leave it out'],
  ],
  [
    'a key with a line break',
    { providers: { openai: { apiKey: 'a\nb' } } },
    ['providers.openai.apiKey: must not hold spaces, line breaks or letters beyond ASCII'],
  ],
  [
    'an alias without a provider',
    { models: { fast: 'gpt' } },
    ['models.fast: expected provider/model, as in openai/gpt-4o-mini'],
  ],
  [
    'an alias to nowhere',
    { models: { fast: 'opena/gpt' } },
    ['models.fast: no provider is named "opena"; did you mean "openai"?'],
  ],
  [
    'a loss of a misspelt feature',
    { losses: { 'openai/*': { stopSequence: 'drop' } } },
    ['losses."openai/*".stopSequence: unknown setting; did you mean "stopSequences"?'],
  ],
  [
    'a loss that only replies know',
    { losses: { 'openai/*': { replyMedia: 'drop' } } },
    ['losses."openai/*".replyMedia: unknown setting'],
  ],
  [
    'a misspelt policy',
    { losses: { 'openai/*': { seed: 'refused' } } },
    ['losses."openai/*".seed: expected one of "drop", "refuse", "exact"; did you mean "refuse"?'],
  ],
  [
    'losses of nobody',
    { losses: { 'opena/gpt-*': { seed: 'drop' } } },
    ['losses."opena/gpt-*": no provider is named "opena"; did you mean "openai"?'],
  ],
  [
    'an alias that a provider hides',
    { models: { 'sim/fast': 'sim/echo' } },
    ['models."sim/fast": can\'t be reached: "sim/fast" names a model of that provider itself'],
  ],
  [
    'a tier that leads nowhere',
    { tiers: { simple: [{ model: 'x/y' }] } },
    ['tiers.simple[0].model: no provider is named "x"'],
  ],
  [
    'a path that climbs',
    { passthrough: ['POST /v1/../admin'] },
    ['passthrough[0]: must not hold . or .. as a segment'],
  ],
  [
    'several mistakes, all told',
    { sever: {}, debug: 'on' },
    ['debug: expected true or false, got a text', 'sever: unknown setting; did you mean "server"?'],
  ],
])('%s is refused', (_case, file, expected) => {
  expect(problems(file)).toEqual(expected);
});

it.each<[Record<string, string>, readonly string[]]>([
  [{ TOLLGATE_PORT: 'http' }, ['TOLLGATE_PORT: expected a number, got a text']],
  [{ SENTINEL_PORT: '70000' }, ['SENTINEL_PORT: expected at most 65535, got 70000']],
  [{ ZION_API_URL: 'http://z' }, ['governance.apiKey: missing: expected a text']],
  [
    { ZION_API_URL: 'zion', ZION_API_KEY: 'k' },
    ['ZION_API_URL: expected an http:// or https:// URL'],
  ],
  [{ TOLLGATE_ADMIN_KEY: 'short' }, ['TOLLGATE_ADMIN_KEY: expected at least 8 characters']],
  [{ TOLLGATE_SECRET: 'short' }, ['TOLLGATE_SECRET: expected at least 16 characters']],
  [
    { OPENAI_API_KEY: 'a b' },
    ['OPENAI_API_KEY: must not hold spaces, line breaks or letters beyond ASCII'],
  ],
  [
    { OPENAI_API_KEY: 'a', OPENAI_API_URL: 'x' },
    ['OPENAI_API_URL: expected an http:// or https:// URL'],
  ],
])('the environment %j is refused', (env, expected) => {
  expect(problems(undefined, env)).toEqual(expected);
});
