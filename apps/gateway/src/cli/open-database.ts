import type { UsageEvent } from '@tollgate/core/usage';
import { type PostgresStatus, postgresStatus } from '../adapters/postgres/inspect-postgres.ts';
import { exportCalls } from '../adapters/sql/ledger/export-calls.ts';
import { type SqliteStatus, sqliteStatus } from '../adapters/sqlite/inspect-database.ts';
import type { Config } from '../config/config.ts';
import { CliFailure } from './context.ts';
import { withLedger } from './open-ledger.ts';

export type DatabaseStatus = SqliteStatus | PostgresStatus;

/** What the ledger's database is; it is read only. */
export async function databaseStatus({ storage, dataDir }: Config): Promise<DatabaseStatus> {
  const deadAfterMs = storage.deadAfterSeconds * 1000;
  const status =
    storage.ledger === 'sqlite'
      ? sqliteStatus(dataDir)
      : await postgresStatus(storage.ledger, { deadAfterMs });
  if (!status.ok) throw new CliFailure(status.error.detail);
  return status.value;
}

/** Brings the schema up to date. */
export const migrateDatabase = (config: Config): Promise<void> =>
  withLedger(config, () => Promise.resolve());

/** Pages of the whole ledger as it is at one instant, beside running gateways too. */
export const withLedgerPages = <T>(
  config: Config,
  use: (pages: AsyncIterable<readonly UsageEvent[]>) => Promise<T>,
): Promise<T> => withLedger(config, (db) => db.snapshot((reader) => use(exportCalls(reader))));
