import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type BreakableLink,
  createPostgres,
  createTestRedis,
  missingPostgres,
  missingRedis,
  startBreakableLink,
} from '@tollgate/testkit';

/** What gateways are started with. */
export type Environment = { readonly [name: string]: string };

/** Gateways, and the engines that they share. */
export interface Topology extends AsyncDisposable {
  /** One a gateway; the first one's commands read the books. */
  readonly gateways: readonly Environment[];
  /** Ways to engines, to be broken and mended while calls run. */
  readonly links: readonly BreakableLink[];
}

export interface TopologyParts {
  readonly folder: string;
  readonly adminKey: string;
  readonly providerUrl: string;
  readonly zionPort: number;
}

const settingsOf = ({ providerUrl, zionPort }: TopologyParts, storage: object) => ({
  governance: { kind: 'zion', url: `http://127.0.0.1:${zionPort}`, apiKey: 'chaos-zion-key' },
  providers: {
    openai: { apiKey: 'chaos-key', baseUrl: `${providerUrl}/v1`, dialect: 'openai-chat' },
    anthropic: { apiKey: 'chaos-key', baseUrl: providerUrl },
  },
  storage,
});

function environment(parts: TopologyParts, name: string, storage: object): Environment {
  const settings = join(parts.folder, `${name}.yaml`);
  writeFileSync(settings, JSON.stringify(settingsOf(parts, storage)));
  return {
    TOLLGATE_PORT: '0',
    TOLLGATE_DATA_DIR: join(parts.folder, name),
    TOLLGATE_ADMIN_KEY: parts.adminKey,
    TOLLGATE_CONFIG: settings,
  };
}

const oneOnSqlite = async (parts: TopologyParts): Promise<Topology> => ({
  gateways: [environment(parts, 'data', {})],
  links: [],
  [Symbol.asyncDispose]: async () => undefined,
});

async function twoOnPostgresAndRedis(parts: TopologyParts): Promise<Topology> {
  const database = await createPostgres();
  const redis = createTestRedis();
  const links: BreakableLink[] = [];
  const throughLink = async (url: string, standard: number): Promise<string> => {
    const through = new URL(url);
    const port = Number(through.port === '' ? standard : through.port);
    const link = await startBreakableLink({ host: through.hostname, port });
    links.push(link);
    through.hostname = '127.0.0.1';
    through.port = String(link.port);
    return through.href;
  };
  const storage = {
    ledger: await throughLink(database.url, 5432),
    shared: await throughLink(redis.url, 6379),
    deadAfterSeconds: 2,
  };
  const secret = randomBytes(32).toString('hex');
  return {
    gateways: ['one', 'two'].map((name) => ({
      ...environment(parts, name, storage),
      TOLLGATE_SECRET: secret,
    })),
    links,
    [Symbol.asyncDispose]: async () => {
      for (const link of links) await link[Symbol.asyncDispose]();
      await redis[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

export const TOPOLOGIES = [
  { name: 'one gateway on SQLite', missing: undefined, open: oneOnSqlite },
  {
    name: 'two gateways on PostgreSQL and Redis',
    missing: (await missingPostgres()) ?? (await missingRedis()),
    open: twoOnPostgresAndRedis,
  },
] as const;
