import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { postgresStatus } from '../apps/gateway/src/adapters/postgres/inspect-postgres.ts';
import {
  openForCommand,
  openPools,
  preparePostgres,
} from '../apps/gateway/src/adapters/postgres/open-postgres.ts';
import { createPostgresLedger } from '../apps/gateway/src/adapters/postgres/postgres-ledger.ts';
import { databasePath, openDatabase } from '../apps/gateway/src/adapters/sqlite/open-database.ts';
import { createSqliteDatabase } from '../apps/gateway/src/adapters/sqlite/sqlite-database.ts';
import { createSqliteLedger } from '../apps/gateway/src/adapters/sqlite/sqlite-ledger.ts';
import { createIds } from '../apps/gateway/src/adapters/system/create-ids.ts';
import { systemClock } from '../apps/gateway/src/adapters/system/system-clock.ts';
import { Secret } from '../apps/gateway/src/config/secret.ts';
import type { Ledger } from '../apps/gateway/src/ports/ledger.ts';
import type { UsageReports } from '../apps/gateway/src/ports/usage-reports.ts';

const instance = createIds().prefixed('gw_');
const DEAD_AFTER_MS = 30_000;

/** A ledger of its own, gone when it is closed. */
export interface MeasuredLedger {
  readonly title: string;
  readonly ledger: Ledger & UsageReports;
  /** What it takes on the disk, once it is as tidy as it gets by itself. */
  bytes(): Promise<number>;
  close(): Promise<void>;
}

export function openSqlite(place: string, synchronous: 'full' | 'normal'): MeasuredLedger {
  const folder = mkdtempSync(join(place, 'tollgate-bench-'));
  const opened = openDatabase(folder);
  if (!opened.ok) throw new Error(opened.error.detail);
  const db = opened.value;
  const path = databasePath(folder);
  const ledger = createSqliteLedger({
    path,
    db: createSqliteDatabase(db),
    clock: systemClock,
    instance,
    synchronous,
  });
  return {
    title: `SQLite, synchronous = ${synchronous}`,
    ledger,
    bytes: async () => {
      db.exec('pragma wal_checkpoint(truncate)');
      return statSync(path).size;
    },
    close: async () => {
      await ledger.close();
      db.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** In a database that is made on the server, and dropped. */
export async function openPostgres(server: string): Promise<MeasuredLedger> {
  const name = `tollgate_bench_${randomBytes(6).toString('hex')}`;
  await onServer(server, `create database ${name}`);
  const drop = () => onServer(server, `drop database ${name} with (force)`);
  const url = new URL(server);
  url.pathname = name;
  const secret = new Secret(url.href);
  const prepared = await preparePostgres(secret);
  if (!prepared.ok) {
    await drop();
    throw new Error(prepared.error.detail);
  }
  const pools = openPools(secret);
  const ledger = createPostgresLedger({
    pools,
    clock: systemClock,
    instance,
    deadAfterMs: DEAD_AFTER_MS,
  });
  return {
    title: 'PostgreSQL',
    ledger,
    bytes: async () => {
      // As its own housekeeping would, some time later.
      await onServer(url.href, 'vacuum analyze');
      const status = await postgresStatus(secret, { deadAfterMs: DEAD_AFTER_MS });
      if (!status.ok) throw new Error(status.error.detail);
      return status.value.bytes;
    },
    close: async () => {
      await ledger.close();
      await pools.close();
      await drop();
    },
  };
}

async function onServer(url: string, statement: string): Promise<void> {
  const db = openForCommand(new Secret(url));
  try {
    await db.run(statement);
  } finally {
    await db.close();
  }
}
