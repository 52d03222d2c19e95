import type { Clock } from '../../ports/clock.ts';
import { startOf } from '../sql/ledger/call-row.ts';
import type { GroupCommitOptions } from '../sql/ledger/group-commit.ts';
import {
  type BatchWriter,
  type BatchWriterOptions,
  createBatchWriter,
} from '../sql/ledger/settle.ts';
import { createSqlLedger, type RecoveredLedger } from '../sql/ledger/sql-ledger.ts';
import type { SqlDatabase } from '../sql/sql.ts';
import { createCallPartitions } from './call-partitions.ts';
import { startHeart } from './heart.ts';
import { leaveGateway } from './known-gateways.ts';
import type { PostgresPools } from './open-postgres.ts';
import { postgresTrouble } from './postgres-trouble.ts';

export interface PostgresLedgerOptions
  extends Pick<GroupCommitOptions, 'log' | 'journal' | 'maxBatch' | 'maxHeld' | 'lateMs'>,
    Omit<BatchWriterOptions, 'heartbeatMs'> {
  /** Their schema is up to date. Whoever opened them closes them. */
  readonly pools: PostgresPools;
  readonly clock: Clock;
  /** A gateway that wasn't heard of for so long is dead: others book its calls. */
  readonly deadAfterMs: number;
}

export interface PostgresLedger extends RecoveredLedger {
  /** Gateways that were heard of since are alive, Unix milliseconds by the database's clock. */
  aliveSince(): Promise<number>;
}

/** The ledger in PostgreSQL, which several gateways may write at once. */
export function createPostgresLedger(options: PostgresLedgerOptions): PostgresLedger {
  const { pools, clock, deadAfterMs, instance } = options;
  const heartbeatMs = deadAfterMs / BEATS;
  const aliveSince = async (): Promise<number> => {
    // After an outage all others look dead until they, too, had the time to be heard of.
    if (heart.steadyMs() < deadAfterMs) return 0;
    const [row] = await pools.quick.all('select clock_ms() as now');
    return Number(row?.['now']) - deadAfterMs;
  };
  const ledger = createSqlLedger({
    ...options,
    writer: createPostgresWriter(pools.quick, { ...options, heartbeatMs }),
    reader: pools.slow,
    db: pools.quick,
    now: () => clock.now(),
    aliveSince,
    close: async () => {
      await leaveGateway(pools.quick, instance).catch(() => undefined);
    },
  });
  const heart = startHeart({ beat: () => ledger.beat(), everyMs: heartbeatMs });
  return {
    ...ledger,
    aliveSince,
    close: async () => {
      await heart.stop();
      return ledger.close();
    },
  };
}

/** So often a gateway is heard of before its silence means that it is dead. */
const BEATS = 6;

/** Batches, after the tables of their months. */
export function createPostgresWriter(db: SqlDatabase, options: BatchWriterOptions): BatchWriter {
  const writer = createBatchWriter(db, options);
  const partitions = createCallPartitions(db);
  return {
    write: async (batch) => {
      try {
        const starts = batch.events.map(({ event }) => startOf(event));
        await partitions.ensure(starts, batch.at);
        return await writer.write(batch);
      } catch (error) {
        // Health and the log tell of it.
        throw new Error(postgresTrouble(error));
      }
    },
  };
}
