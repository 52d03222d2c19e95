import { join } from 'node:path';
import { err, ok, type Result } from '@tollgate/core';
import { createEventJournal, type EventJournal } from './adapters/files/event-journal.ts';
import { checkSharedSecret, enterGateway, isAlive } from './adapters/postgres/known-gateways.ts';
import {
  openPools,
  type PostgresPools,
  preparePostgres,
} from './adapters/postgres/open-postgres.ts';
import { createPostgresLedger } from './adapters/postgres/postgres-ledger.ts';
import { postgresTrouble } from './adapters/postgres/postgres-trouble.ts';
import type { SqlDatabase } from './adapters/sql/sql.ts';
import { createSqlKeptStore } from './adapters/sql/sql-kept-store.ts';
import { createOutboxStore } from './adapters/sql/sql-outbox-store.ts';
import { holdFolder } from './adapters/sqlite/hold-folder.ts';
import { databasePath, openDatabase } from './adapters/sqlite/open-database.ts';
import { loadSecret } from './adapters/sqlite/server-secret.ts';
import { createSqliteDatabase } from './adapters/sqlite/sqlite-database.ts';
import { createSqliteLedger } from './adapters/sqlite/sqlite-ledger.ts';
import { createThreadedOutboxStore } from './adapters/sqlite/threaded-outbox-store.ts';
import { createDependencyCheck } from './adapters/system/dependency-check.ts';
import { usageChannels } from './compose-outbox.ts';
import type { Config } from './config/config.ts';
import type { Secret } from './config/secret.ts';
import type { Clock } from './ports/clock.ts';
import type { Gateways } from './ports/gateways.ts';
import type { DependencyStatus } from './ports/governance.ts';
import type { Ids } from './ports/ids.ts';
import type { KeptStore } from './ports/kept-store.ts';
import type { Ledger } from './ports/ledger.ts';
import type { Log } from './ports/log.ts';
import type { OutboxStore } from './ports/outbox-store.ts';
import type { UsageReports } from './ports/usage-reports.ts';

export interface StorageParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
}

/** Where everything durable lies. */
export interface Storage {
  readonly secret: Secret;
  readonly ledger: Ledger & UsageReports;
  /** For what calls wait for, and changes by people. */
  readonly records: SqlDatabase;
  readonly outbox: OutboxStore & { close(): Promise<void> };
  readonly gateways: Gateways;
  readonly kept: KeptStore;
  /** Of what can be away. */
  readonly checks: readonly (() => Promise<DependencyStatus>)[];
  /** How often calls of gateways that died are looked for; absent: there can be no other gateway. */
  readonly sweepMs: number | undefined;
  /** After the ledger. */
  close(): Promise<void>;
}

type Problem = { readonly detail: string };

/** In the data folder. */
const JOURNAL = 'unbooked-usage.log';

/** All that is durable, in a data folder or in PostgreSQL. Every gateway has a folder for itself. */
export async function composeStorage(parts: StorageParts): Promise<Result<Storage, Problem>> {
  const { config, clock, log } = parts;
  const closing: (() => Promise<void> | void)[] = [];
  const close = async (): Promise<void> => {
    for (const end of closing.splice(0).reverse()) await end();
  };
  const opened = await open();
  if (!opened.ok) await close();
  return opened;

  async function open(): Promise<Result<Storage, Problem>> {
    const folder = holdFolder(config.dataDir);
    if (!folder.ok) return folder;
    closing.push(() => folder.value.release());
    const secret = loadSecret(config.dataDir, config.secret);
    if (!secret.ok) return secret;
    const journal = createEventJournal(join(config.dataDir, JOURNAL), log);
    const common = { secret: secret.value, close };
    if (config.storage.ledger !== 'sqlite') {
      const shared = await openShared(parts, {
        url: config.storage.ledger,
        secret: secret.value,
        home: folder.value.identity,
      });
      if (!shared.ok) return shared;
      closing.push(() => shared.value.pools.close());
      const storage = sharedStorage(parts, { ...shared.value, journal });
      await storage.ledger.recover();
      return ok({ ...common, ...storage });
    }
    // What is kept for clients is written while calls are answered, and worth no wait for the disk.
    const file = openDatabase(config.dataDir, 'normal');
    if (!file.ok) return file;
    const local = createSqliteDatabase(file.value);
    closing.push(() => local.close());
    // A change of records may wait between two statements, in which the ledger's connection must not
    // find itself in a transaction.
    const second = openDatabase(config.dataDir);
    if (!second.ok) return second;
    const records = createSqliteDatabase(second.value);
    closing.push(() => records.close());
    const own = parts.ids.prefixed('gw_');
    const ledger = createSqliteLedger({
      path: databasePath(config.dataDir),
      db: local,
      clock,
      log,
      journal,
      instance: own,
      synchronous: config.storage.synchronous,
      usageChannels: usageChannels(config.outbox),
    });
    await ledger.recover();
    return ok({
      ...common,
      ledger,
      records,
      outbox: createThreadedOutboxStore({ path: databasePath(config.dataDir) }),
      gateways: { own, isAlone: true, isAlive: async (name) => name === own },
      kept: createSqlKeptStore(local, { clock, log }),
      checks: [],
      sweepMs: undefined,
    });
  }
}

interface SharedDatabase {
  readonly pools: PostgresPools;
  readonly instance: string;
  readonly deadAfterMs: number;
}

async function openShared(
  { config, ids }: StorageParts,
  { url, secret, home }: { readonly url: Secret; readonly secret: Secret; readonly home: string },
): Promise<Result<SharedDatabase, Problem>> {
  const prepared = await preparePostgres(url);
  if (!prepared.ok) return prepared;
  const pools = openPools(url);
  const instance = ids.prefixed('gw_');
  const deadAfterMs = config.storage.deadAfterSeconds * 1000;
  const isSharing = config.storage.shared !== 'memory';
  try {
    const isSame = await checkSharedSecret(pools.quick, secret);
    const entered = isSame.ok
      ? await enterGateway(pools.quick, { instance, home, isSharing, deadAfterMs })
      : isSame;
    if (entered.ok) return ok({ pools, instance, deadAfterMs });
    await pools.close();
    return entered;
  } catch (error) {
    await pools.close();
    return err({ detail: postgresTrouble(error) });
  }
}

function sharedStorage(
  { config, clock, log }: StorageParts,
  { pools, instance, deadAfterMs, journal }: SharedDatabase & { readonly journal: EventJournal },
) {
  const ledger = createPostgresLedger({
    pools,
    clock,
    log,
    journal,
    instance,
    deadAfterMs,
    usageChannels: usageChannels(config.outbox),
  });
  const { aliveSince } = ledger;
  return {
    ledger,
    records: pools.quick,
    outbox: { ...createOutboxStore(pools.slow, { aliveSince }), close: () => Promise.resolve() },
    gateways: {
      own: instance,
      isAlone: false,
      isAlive: (name: string) => isAlive(pools.quick, name, aliveSince),
    },
    kept: createSqlKeptStore(pools.quick, { clock, log }),
    checks: [
      createDependencyCheck({
        name: 'postgres',
        clock,
        ask: async () => {
          await pools.quick.all('select 1');
          return { pool: pools.quick.pool() };
        },
        whenAway: { status: 'unhealthy', meaning: () => 'new calls are refused until it is back' },
      }),
    ],
    sweepMs: deadAfterMs / 3,
  } as const;
}
