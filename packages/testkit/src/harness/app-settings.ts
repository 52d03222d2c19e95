import type { AppOptions } from '../app-factory.ts';
import type { MockAnthropic } from '../mocks/mock-anthropic.ts';
import type { MockOpenAi } from '../mocks/mock-openai.ts';
import type { MockZion } from '../mocks/mock-zion.ts';
import { TEST_ADMIN_KEY, TEST_MEMBER_KEY } from '../test-data.ts';

export interface Mocks {
  readonly openai: MockOpenAi;
  readonly anthropic: MockAnthropic;
  readonly zion: MockZion;
}

export type GovernanceKind = 'local' | 'zion';

export interface Settings {
  /** As in `tollgate.yaml`; `undefined` for none at all. */
  readonly config?: { readonly [field: string]: unknown };
  readonly env?: AppOptions['env'];
}

/**
 * `local`: a file's worth of configuration, one member key, both providers.
 * `zion`: no file, only the environment that the predecessor was run with; OpenAI alone.
 */
export function baseSettings(
  kind: GovernanceKind,
  { openai, anthropic, zion }: Mocks,
  dataDir: string,
): Settings {
  const env = {
    TOLLGATE_DATA_DIR: dataDir,
    TOLLGATE_ADMIN_KEY: TEST_ADMIN_KEY,
  };
  if (kind === 'zion') {
    return {
      env: {
        ...env,
        ZION_API_URL: zion.url,
        ZION_API_KEY: zion.apiKey,
        OPENAI_API_KEY: openai.apiKey,
        OPENAI_API_URL: openai.baseUrl,
      },
    };
  }
  return {
    env,
    config: {
      governance: {
        kind: 'local',
        keys: [{ name: 'member', key: TEST_MEMBER_KEY, role: 'member' }],
      },
      providers: {
        openai: {
          apiKey: openai.apiKey,
          baseUrl: openai.baseUrl,
          // A known name at an address of one's own speaks only its first dialect unless told.
          dialect: ['openai-chat', 'openai-responses'],
        },
        anthropic: { apiKey: anthropic.apiKey, baseUrl: anthropic.baseUrl },
      },
    },
  };
}

/** The second on top of the first; objects are merged field by field, anything else is replaced. */
export function mergeSettings(base: Settings, changes: Settings): Settings {
  const config =
    changes.config === undefined ? base.config : mergeObjects(base.config ?? {}, changes.config);
  return {
    ...(config === undefined ? {} : { config }),
    env: { ...base.env, ...changes.env },
  };
}

interface Fields {
  readonly [field: string]: unknown;
}

function mergeObjects(base: Fields, changes: Fields): Fields {
  const merged: { [field: string]: unknown } = { ...base };
  for (const [field, value] of Object.entries(changes)) {
    const before = merged[field];
    merged[field] = isFields(before) && isFields(value) ? mergeObjects(before, value) : value;
  }
  return merged;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
