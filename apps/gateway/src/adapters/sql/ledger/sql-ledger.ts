import type { UsageEvent } from '@tollgate/core/usage';
import type { DependencyStatus } from '../../../ports/governance.ts';
import type { Ledger } from '../../../ports/ledger.ts';
import type { UsageReports } from '../../../ports/usage-reports.ts';
import type { SqlReader } from '../sql.ts';
import { GroupCommit, type GroupCommitOptions } from './group-commit.ts';
import { lostIntents } from './lost-intents.ts';
import { createUsageReports } from './usage-reports.ts';

export interface SqlLedgerParts extends GroupCommitOptions {
  /** For reports, which may take long. */
  readonly reader: SqlReader;
  /** For what is few rows. */
  readonly db: SqlReader;
  /** This gateway's own; new at each start. */
  readonly instance: string;
  /** Others that were heard of since are alive, Unix milliseconds; infinity: no other can be. */
  readonly aliveSince: () => Promise<number>;
  /** Closes what only the ledger uses. */
  readonly close: () => Promise<unknown>;
}

/** A ledger that a process before this one may have left something to. */
export interface RecoveredLedger extends Ledger, UsageReports {
  /** Before anything else is read of it. */
  recover(): Promise<void>;
}

export interface SqlLedger extends RecoveredLedger {
  /** Has this gateway heard of, though it has nothing to write. False: the database refuses, or hangs. */
  beat(): Promise<boolean>;
}

/** The ledger over either engine. Reports show all that was recorded so far. */
export function createSqlLedger(parts: SqlLedgerParts): SqlLedger {
  const { db, reader, instance } = parts;
  const reports = createUsageReports(reader);
  // What a journal held comes before anybody listens.
  const listener = Promise.withResolvers<Parameters<Ledger['onBookedBefore']>[0]>();
  const onStanding = (late: UsageEvent): void => {
    Promise.all([listener.promise, reports.find(late.callId)])
      .then(([onBookedBefore, booked]) => booked && onBookedBefore(late, booked))
      .catch((error: unknown) =>
        parts.log?.warn({ detail: String(error) }, 'a late count is not booked'),
      );
  };
  const group = new GroupCommit({ ...parts, onStanding });
  /** A database that can't be written is read all the same. */
  const afterWriting = async <T>(read: () => Promise<T>): Promise<T> => {
    await group.flush();
    return read();
  };
  return {
    intend: (intent) => group.intend(intent),
    extend: (callId, stands) => group.extend(callId, stands),
    recover: () => group.recover(),
    lost: async () => lostIntents(db, { instance, aliveSince: await parts.aliveSince() }),
    record: (event, booking = {}) => group.record(event, booking),
    flush: async () => {
      if (!(await group.flush())) throw new Error(`the ledger can't be written: ${group.problem}`);
    },
    subscribe: (listener) => group.subscribe(listener),
    onBookedBefore: (onBookedBefore) => listener.resolve(onBookedBefore),
    beat: () => group.beat(),
    status: () => Promise.resolve(statusOf(group)),
    summary: (query) => afterWriting(() => reports.summary(query)),
    recent: (query) => afterWriting(() => reports.recent(query)),
    find: (callId) => afterWriting(() => reports.find(callId)),
    close: async () => {
      const lost = await group.close();
      await parts.close();
      return lost;
    },
  };
}

function statusOf({ problem, lost }: GroupCommit): DependencyStatus {
  const name = 'ledger';
  if (problem === undefined && lost === 0) return { name, status: 'healthy' };
  const events = lost === 0 ? '' : `; ${lost} events were lost`;
  const detail = `${problem ?? 'it can be written again'}${events}`;
  return { name, status: problem === undefined ? 'degraded' : 'unhealthy', detail };
}
