import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  type BreakableLink,
  createPostgres,
  createTestRedis,
  type Dice,
  missingPostgres,
  missingRedis,
  startBreakableLink,
} from '@tollgate/testkit';
import type { Environment } from './started-gateway.ts';
import { brokenLink, fullDisk, missingLimits, shiftedClock, type Trouble } from './troubles.ts';

/** Gateways, and the engines that they share. */
export interface Topology extends AsyncDisposable {
  /** One a gateway; the first one's commands read the books. */
  readonly gateways: readonly Environment[];
  /** Something that may go wrong with this gateway. */
  trouble(gateway: Environment, dice: Dice): Trouble;
}

export interface TopologyParts {
  readonly folder: string;
  readonly adminKey: string;
  readonly providerUrl: string;
  readonly zionPort: number;
  /** Of the configuration. */
  readonly prices?: { readonly [model: string]: object };
}

const settingsOf = ({ providerUrl, zionPort, prices = {} }: TopologyParts, storage: object) => ({
  governance: { kind: 'zion', url: `http://127.0.0.1:${zionPort}`, apiKey: 'chaos-zion-key' },
  providers: {
    openai: { apiKey: 'chaos-key', baseUrl: `${providerUrl}/v1`, dialect: 'openai-chat' },
    anthropic: { apiKey: 'chaos-key', baseUrl: providerUrl },
  },
  prices,
  storage,
});

const CLOCK = pathToFileURL(join(import.meta.dirname, 'shifted-clock.ts')).href;

const clockOf = (gateway: Environment): string => gateway['TOLLGATE_TEST_CLOCK'] ?? '';

function environment(parts: TopologyParts, name: string, storage: object): Environment {
  const home = join(parts.folder, name);
  mkdirSync(home);
  const [settings, clock] = [join(home, 'settings.yaml'), join(home, 'clock')];
  writeFileSync(settings, JSON.stringify(settingsOf(parts, storage)));
  writeFileSync(clock, '0');
  return {
    TOLLGATE_PORT: '0',
    TOLLGATE_DATA_DIR: join(home, 'data'),
    TOLLGATE_ADMIN_KEY: parts.adminKey,
    TOLLGATE_CONFIG: settings,
    TOLLGATE_TEST_CLOCK: clock,
    NODE_OPTIONS: `--import=${CLOCK}`,
  };
}

const hasNoLimits = await missingLimits();

async function oneOnSqlite(parts: TopologyParts): Promise<Topology> {
  return {
    gateways: [environment(parts, 'one', {})],
    trouble: (gateway, dice) =>
      hasNoLimits === undefined && dice.chance(0.7)
        ? fullDisk(dice.of([0, 65_536]))
        : shiftedClock(clockOf(gateway), dice),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

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
    trouble: (gateway, dice) =>
      dice.chance(0.7)
        ? brokenLink(dice.of(links), dice.of(['cut', 'hung']))
        : shiftedClock(clockOf(gateway), dice),
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
