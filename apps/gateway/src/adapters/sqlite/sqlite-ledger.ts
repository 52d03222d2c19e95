import type { DatabaseSync } from 'node:sqlite';
import type { Charge, Intent, UsageEvent } from '@tollgate/core/usage';
import type { Clock } from '../../ports/clock.ts';
import type { DependencyStatus } from '../../ports/governance.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { RecentQuery, UsageReports } from '../../ports/usage-reports.ts';
import { fromRow } from './call-row.ts';
import { LedgerWriter, type WriterOptions } from './ledger-writer.ts';
import { summarize } from './usage-summary.ts';

export interface LedgerOptions extends WriterOptions {
  readonly clock: Clock;
}

const LONGEST_PAGE = 1000;

/** The ledger in SQLite: written in groups, and read with all that was recorded so far. */
export function createSqliteLedger(
  db: DatabaseSync,
  options: LedgerOptions,
): Ledger & UsageReports {
  const writer = new LedgerWriter(db, options);
  return {
    intend: (intent) => writer.intend(intent),
    extend: (callId, stands) => writer.extend(callId, stands),
    lost: async () =>
      db
        .prepare('select intent from intents order by call_id')
        .all()
        .map((row) => intentOf(String(row['intent']))),
    record: (event, booking = {}) => writer.record(event, booking),
    flush: () =>
      writer.write()
        ? Promise.resolve()
        : Promise.reject(new Error(`the ledger can't be written: ${writer.problem}`)),
    summary: (query) => {
      writer.write();
      return Promise.resolve(summarize(db, query));
    },
    recent: (query) => {
      writer.write();
      return Promise.resolve(recent(db, query));
    },
    find: (callId) => {
      writer.write();
      const statement = db.prepare('select * from calls where call_id = ?');
      statement.setReadBigInts(true);
      const row = statement.get(callId);
      return Promise.resolve(row === undefined ? undefined : fromRow(row));
    },
    subscribe: (listener) => writer.subscribe(listener),
    status: () => Promise.resolve(statusOf(writer)),
    close: () => Promise.resolve(writer.close()),
  };
}

function recent(db: DatabaseSync, query: RecentQuery): readonly UsageEvent[] {
  const conditions = ['1'];
  const values: string[] = [];
  if (query.keyId !== undefined) {
    conditions.push('key_id = ?');
    values.push(query.keyId);
  }
  if (query.after !== undefined) {
    conditions.push('seq < (select seq from calls where call_id = ?)');
    values.push(query.after);
  }
  const limit = Math.max(0, Math.min(Math.trunc(query.limit), LONGEST_PAGE));
  const statement = db.prepare(
    `select * from calls where ${conditions.join(' and ')} order by seq desc limit ?`,
  );
  statement.setReadBigInts(true);
  return statement.all(...values, limit).map(fromRow);
}

function statusOf({ problem, lost }: LedgerWriter): DependencyStatus {
  const name = 'ledger';
  if (problem === undefined && lost === 0) return { name, status: 'healthy' };
  const events = lost === 0 ? '' : `; ${lost} events were lost`;
  const detail = `${problem ?? 'it can be written again'}${events}`;
  return { name, status: problem === undefined ? 'degraded' : 'unhealthy', detail };
}

function intentOf(text: string): Intent {
  const { claims, ...intent } = JSON.parse(text);
  if (claims === undefined) return intent;
  const held = claims.map((one: Charge): Charge => ({ ...one, amount: BigInt(one.amount) }));
  return { ...intent, claims: held };
}
