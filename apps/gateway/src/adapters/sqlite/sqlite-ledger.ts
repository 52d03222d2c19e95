import type { Clock } from '../../ports/clock.ts';
import type { GroupCommitOptions } from '../sql/ledger/group-commit.ts';
import type { BatchWriterOptions } from '../sql/ledger/settle.ts';
import { createSqlLedger, type RecoveredLedger } from '../sql/ledger/sql-ledger.ts';
import type { SqlReader } from '../sql/sql.ts';
import type { Synchronous } from './open-connection.ts';
import { createThreadedReader } from './threaded-reader.ts';
import { createThreadedWriter } from './threaded-writer.ts';

export interface LedgerOptions
  extends Pick<GroupCommitOptions, 'log' | 'journal' | 'maxBatch' | 'maxHeld' | 'lateMs'>,
    BatchWriterOptions {
  /** The database's file, whose schema is up to date. */
  readonly path: string;
  /** This thread's connection to it. */
  readonly db: SqlReader;
  readonly clock: Clock;
  readonly synchronous: Synchronous;
}

/** The ledger in SQLite: one thread writes, another reads, so that neither disk nor report holds up a call. */
export function createSqliteLedger(options: LedgerOptions): RecoveredLedger {
  const { path, clock, instance, synchronous, usageChannels } = options;
  const writer = createThreadedWriter({ path, synchronous, instance, usageChannels });
  const reader = createThreadedReader(path);
  return createSqlLedger({
    ...options,
    writer,
    reader,
    now: () => clock.now(),
    // The folder is this gateway's alone: every other instance in it is dead.
    aliveSince: () => Promise.resolve(Number.POSITIVE_INFINITY),
    close: () => Promise.all([writer.close(), reader.close()]),
  });
}
