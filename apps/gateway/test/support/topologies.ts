import { randomBytes } from 'node:crypto';
import {
  createPostgres,
  engineTitle,
  missingPostgres,
  missingRedis,
  type Settings,
} from '@tollgate/testkit';
import { createPostgresDatabase } from '../../src/adapters/postgres/postgres-database.ts';
import type { SqlDatabase } from '../../src/adapters/sql/sql.ts';
import { openDatabase } from '../../src/adapters/sqlite/open-database.ts';
import { createSqliteDatabase } from '../../src/adapters/sqlite/sqlite-database.ts';

/** What a gateway keeps its books and counts its reservations in. */
export interface OpenedTopology extends AsyncDisposable {
  readonly isShared: boolean;
  /** On top of what the gateway of a test has otherwise. */
  with(settings: Settings): Settings;
  /** Beside the gateway, as another process would. */
  openLedger(dataDir: string): SqlDatabase;
}

export interface Topology {
  readonly name: string;
  /** Whether several gateways may run beside each other. */
  readonly isShared: boolean;
  /** Why this machine can't test it. */
  readonly missing: string | undefined;
  open(): Promise<OpenedTopology>;
}

const REDIS = process.env['TOLLGATE_TEST_REDIS'] ?? 'redis://127.0.0.1:6379';

export function openSqlite(dataDir: string): SqlDatabase {
  const opened = openDatabase(dataDir);
  if (!opened.ok) throw new Error(opened.error.detail);
  return createSqliteDatabase(opened.value);
}

const alone: Topology = {
  name: 'SQLite and memory',
  isShared: false,
  missing: undefined,
  open: async () => ({
    isShared: false,
    with: (settings) => settings,
    openLedger: openSqlite,
    [Symbol.asyncDispose]: async () => undefined,
  }),
};

const shared = (missing: string | undefined): Topology => ({
  name: 'PostgreSQL and Redis',
  isShared: true,
  missing,
  open: async () => {
    const server = await createPostgres();
    // Keys of Redis are named by it.
    const secret = randomBytes(16).toString('hex');
    const storage = { ledger: server.url, shared: REDIS };
    return {
      isShared: true,
      with: ({ config, env }) => ({
        config: { ...config, storage: { ...Object(config?.['storage']), ...storage } },
        env: { ...env, TOLLGATE_SECRET: secret },
      }),
      openLedger: () => createPostgresDatabase({ url: server.url }),
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
});

export const testedTopologies = async (): Promise<readonly Topology[]> => [
  alone,
  shared((await missingPostgres()) ?? (await missingRedis())),
];

/** The title of a suite that runs on each. */
export const onTopology = (title: string, { name, missing }: Topology): string =>
  engineTitle(`${title} on ${name}`, missing);
