import { existsSync, linkSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ok, type Result } from '@tollgate/core';
import { type CopyParts, type CopyProblem, copyLedger } from '../adapters/copy/copy-ledger.ts';
import { checkSharedSecret, keepGatewaysOut } from '../adapters/postgres/known-gateways.ts';
import { placeOf } from '../adapters/postgres/open-postgres.ts';
import type { SqlReader } from '../adapters/sql/sql.ts';
import { holdFolder } from '../adapters/sqlite/hold-folder.ts';
import { backUp, sqliteStatus } from '../adapters/sqlite/inspect-database.ts';
import { databasePath } from '../adapters/sqlite/open-database.ts';
import { placeSecret } from '../adapters/sqlite/server-secret.ts';
import { systemClock } from '../adapters/system/system-clock.ts';
import type { Config } from '../config/config.ts';
import { CliFailure } from './context.ts';
import { withLedger } from './open-ledger.ts';
import { withDatabase } from './open-records.ts';

type Place = Pick<Config, 'storage' | 'dataDir'>;
type OnRows = (table: string, rows: number) => void;

/** Without the password. */
export const nameOf = ({ storage, dataDir }: Place): string =>
  storage.ledger === 'sqlite' ? databasePath(dataDir) : placeOf(storage.ledger);

const allowed = (): Promise<Result<void, CopyProblem>> => Promise.resolve(ok(undefined));

const orFail = <T>(result: Result<T, CopyProblem>): T => {
  if (result.ok) return result.value;
  throw new CliFailure(result.error.detail);
};

/** Copies the configured ledger, on which no gateway may run, to where another configuration has it. */
export async function copyTo(
  target: Place,
  config: Config,
  onRows: OnRows,
): Promise<ReadonlyMap<string, number>> {
  const sides = [config, target].filter(({ storage }) => storage.ledger === 'sqlite');
  // Reads the whole file: rows of a damaged one are no ledger any more.
  if (config.storage.ledger === 'sqlite') orFail(sqliteStatus(config.dataDir));
  const holds = new DisposableStack();
  try {
    for (const { dataDir } of sides) {
      const hold = orFail(holdFolder(dataDir));
      holds.defer(() => hold.release());
    }
    return await withDatabase(config, async ({ db, secret }) => {
      if (target.storage.ledger === 'sqlite' && config.secret === undefined) {
        orFail(placeSecret(target.dataDir, secret));
      }
      const alone = (reader: SqlReader) =>
        keepGatewaysOut(reader, config.storage.deadAfterSeconds * 1000);
      return copyInto(target, {
        from: db,
        onRows,
        mayLeave: db.engine === 'sqlite' ? allowed : alone,
        mayEnter: async (tx) => {
          if (target.storage.ledger === 'sqlite') return ok(undefined);
          const isAlone = await alone(tx);
          return isAlone.ok ? checkSharedSecret(tx, secret) : isAlone;
        },
      });
    });
  } finally {
    holds.dispose();
  }
}

const copyInto = (
  target: Place,
  parts: Omit<CopyParts, 'into' | 'now'>,
): Promise<ReadonlyMap<string, number>> =>
  withLedger(target, async (into) => {
    // One transaction writes it all: a log beside the file would become as large as the file.
    if (into.engine === 'sqlite') await into.all('pragma journal_mode = delete');
    return orFail(await copyLedger({ ...parts, into, now: systemClock.now() }));
  });

/** A copy of one instant as a file of SQLite, beside running gateways too. Resolves with its bytes. */
export async function backUpTo(file: string, config: Config, onRows: OnRows): Promise<number> {
  if (existsSync(file)) {
    throw new CliFailure(`${file} is there already: a backup never writes over a file`);
  }
  if (config.storage.ledger === 'sqlite') return orFail(backUp(config.dataDir, file));
  // Under its name when it is whole, not before.
  const folder = mkdtempSync(join(dirname(file), '.tollgate-backup-'));
  try {
    const target: Place = { storage: { ...config.storage, ledger: 'sqlite' }, dataDir: folder };
    await withLedger(config, (from) =>
      copyInto(target, { from, onRows, mayLeave: allowed, mayEnter: allowed }),
    );
    linkSync(databasePath(folder), file);
    return statSync(file).size;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
