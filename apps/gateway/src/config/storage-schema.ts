import * as z from 'zod';
import { Secret } from './secret.ts';

const isUrl = (protocol: RegExp) => (text: string) =>
  URL.canParse(text) && protocol.test(new URL(text).protocol) && new URL(text).hostname !== '';

const LEDGERS = 'expected "sqlite", or a postgres:// URL with a host';
const SHARED = 'expected "memory", or a redis:// or rediss:// URL with a host';
const PostgresUrl = z.string().refine(isUrl(/^postgres(ql)?:$/), LEDGERS);
const RedisUrl = z.string().refine(isUrl(/^rediss?:$/), SHARED);

const Away = z.enum(['refuse', 'allow']);

/** Where usage, keys and counters are kept. */
export const StorageSettings = z.strictObject({
  ledger: z
    .union([z.literal('sqlite'), PostgresUrl], {
      error: LEDGERS,
    })
    .default('sqlite')
    .meta({
      description:
        'Where usage, keys, budgets and stored responses are kept: `sqlite`, in the data folder, or a `postgres://` URL, which several gateways may share. Usually "${VARIABLE}".',
    }),
  shared: z
    .union([z.literal('memory'), RedisUrl], {
      error: SHARED,
    })
    .default('memory')
    .meta({
      description:
        'Where rates and reservations are counted: `memory`, for one gateway, or a `redis://` URL (Redis or Valkey), for several.',
    }),
  synchronous: z.enum(['full', 'normal']).default('full').meta({
    description:
      'SQLite. full: usage has reached the disk before a call goes on. normal: a power cut may take the latest.',
  }),
  deadAfterSeconds: z.int().min(2).max(3_600).default(30).meta({
    description:
      'PostgreSQL. A gateway that was silent for so long is dead: another books its open calls.',
  }),
  whenSharedIsAway: z
    .strictObject({
      money: Away.default('refuse').meta({
        description: 'Calls under a budget while Redis is away. allow: none holds meanwhile.',
      }),
      rates: Away.default('allow').meta({
        description:
          'Calls under a rate limit while Redis is away. allow: each gateway counts for itself.',
      }),
    })
    .prefault({}),
});

export interface StorageConfig {
  /** A secret is a `postgres://` URL. */
  readonly ledger: 'sqlite' | Secret;
  /** A secret is a `redis://` URL. */
  readonly shared: 'memory' | Secret;
  readonly synchronous: 'full' | 'normal';
  readonly deadAfterSeconds: number;
  readonly whenSharedIsAway: {
    readonly money: 'refuse' | 'allow';
    readonly rates: 'refuse' | 'allow';
  };
}

export const storageConfigOf = (settings: z.output<typeof StorageSettings>): StorageConfig => ({
  ...settings,
  ledger: settings.ledger === 'sqlite' ? 'sqlite' : new Secret(settings.ledger),
  shared: settings.shared === 'memory' ? 'memory' : new Secret(settings.shared),
});
