import { createHmac, timingSafeEqual } from 'node:crypto';
import { DAY_MS, err, ok, type Result } from '@tollgate/core';
import type { Secret } from '../../config/secret.ts';
import type { SqlDatabase, SqlReader, Statements } from '../sql/sql.ts';
import type { PostgresProblem } from './open-postgres.ts';

/** Of gateways that enter, among all that ask the database for locks. */
const LOCK = 7_036_874_419;

export interface EnteringGateway {
  /** New at each start. */
  readonly instance: string;
  /** Names the lock that it holds on its data folder: whoever held the same before is dead. */
  readonly home: string;
  /** Whether it counts where others see it. */
  readonly isSharing: boolean;
  readonly deadAfterMs: number;
}

/**
 * Lets a gateway in among those that use the database, or says why it can't be: one that counts for
 * itself alone would let budgets and rates through once more.
 */
export function enterGateway(
  db: SqlDatabase,
  { instance, home, isSharing, deadAfterMs }: EnteringGateway,
): Promise<Result<void, PostgresProblem>> {
  return db.transaction(async (tx) => {
    // Two that start at once must see each other.
    await tx.run('select pg_advisory_xact_lock(?)', LOCK);
    await tx.run('delete from instances where home = ?', home);
    await forgetOld(tx);
    const [other] = await tx.all(
      `select is_sharing, clock_ms() - heartbeat_at as silent from instances
       where heartbeat_at >= clock_ms() - ? and (is_sharing = 0 or ? = 0)
       order by heartbeat_at desc limit 1`,
      deadAfterMs,
      isSharing ? 1 : 0,
    );
    if (other !== undefined) {
      const silentMs = Number(other['silent']);
      return err({ detail: refusal({ isSharing, silentMs, deadAfterMs }) });
    }
    await tx.run(
      `insert into instances (id, started_at, heartbeat_at, home, is_sharing)
       values (?, clock_ms(), 0, ?, ?)`,
      instance,
      home,
      isSharing ? 1 : 0,
    );
    return ok(undefined);
  });
}

/** Whether a gateway was heard of since, or has only just begun; true where that can't be asked. */
export async function isAlive(
  db: SqlDatabase,
  name: string,
  since: () => Promise<number>,
): Promise<boolean> {
  const heard = 'select 1 from instances where id = ? and greatest(heartbeat_at, started_at) >= ?';
  try {
    return (await db.all(heard, name, await since())).length > 0;
  } catch {
    return true;
  }
}

/** How many were heard of, by the database's clock. */
export async function livingGateways(db: SqlReader, deadAfterMs: number): Promise<number> {
  const [row] = await db.all(
    'select count(*) as n from instances where heartbeat_at >= clock_ms() - ?',
    deadAfterMs,
  );
  return Number(row?.['n'] ?? 0);
}

/** Lets none enter until the transaction ends. Where some are in already, says so. */
export async function keepGatewaysOut(
  db: SqlReader,
  deadAfterMs: number,
): Promise<Result<void, PostgresProblem>> {
  await db.all('select pg_advisory_xact_lock(?)', LOCK);
  const alive = await livingGateways(db, deadAfterMs);
  if (alive === 0) return ok(undefined);
  return err({
    detail: `${alive} gateways run on this ledger: stop them first; one that was killed counts for ${deadAfterMs / 1000} s more`,
  });
}

/** It has ended: what it left open is for others to book at once. */
export const leaveGateway = (db: Statements, instance: string): Promise<number> =>
  db.run('delete from instances where id = ?', instance);

const forgetOld = (tx: Statements): Promise<number> =>
  tx.run(
    `delete from instances where heartbeat_at < clock_ms() - ?
     and not exists (select 1 from intents where intents.instance = instances.id)`,
    DAY_MS,
  );

function refusal(heard: {
  readonly isSharing: boolean;
  readonly silentMs: number;
  readonly deadAfterMs: number;
}): string {
  const ago = Math.round(heard.silentMs / 1000);
  const left = Math.ceil((heard.deadAfterMs - heard.silentMs) / 1000);
  const which = heard.isSharing
    ? ' and counts in its memory alone'
    : ': both would each count in their memory';
  return `another gateway uses this database (heard of ${ago} s ago)${which}, so that budgets and rates would hold for each apart: set storage.shared (or TOLLGATE_SHARED) to one redis:// URL on all of them, or stop the other (if it was killed, start again in ${left} s)`;
}

/** Keys and state that one gateway makes are worth nothing under the secret of another. */
export async function checkSharedSecret(
  db: Statements,
  secret: Secret,
): Promise<Result<void, PostgresProblem>> {
  const own = createHmac('sha256', secret.reveal()).update('tollgate: which secret').digest();
  await db.run(
    "insert into server (name, value) values ('secret', ?) on conflict (name) do nothing",
    own,
  );
  const [row] = await db.all("select value from server where name = 'secret'");
  const known = row?.['value'];
  const isSame =
    known instanceof Uint8Array && known.length === own.length && timingSafeEqual(known, own);
  if (isSame) return ok(undefined);
  return err({
    detail:
      "this gateway's secret is not the one that the database is used with, so that no key would be found: " +
      "set TOLLGATE_SECRET to one value for all gateways (the first one's is in the file `secret` of its data folder)",
  });
}
