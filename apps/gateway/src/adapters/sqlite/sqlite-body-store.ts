import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { BodyStore, CallBodies } from '../../ports/body-store.ts';
import type { Clock, Timer } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { numberIn, textIn } from '../sql/read-row.ts';
import { openConnection, openReader } from './open-connection.ts';

const FILE = 'bodies.db';
/** The file grows no further than this; expired bodies make room again. */
const MOST_BYTES = 16 * 1024 * 1024 * 1024;
const PAGE_BYTES = 4096;
const SWEEP_MS = 60_000;
/** So many expired bodies go at once: a sweep is never a long wait. */
const SWEPT = 500;
/** Where more may have expired: calls go between. */
const NEXT_MS = 100;

const SWEEP = `delete from bodies where call_id in
  (select call_id from bodies where kept_until <= ? order by kept_until limit ${SWEPT})`;

const TABLE = `
  pragma secure_delete = on;
  create table if not exists bodies (
    call_id text primary key,
    key_id text not null,
    kept_at integer not null,
    kept_until integer not null,
    request text not null,
    request_cut integer not null,
    reply text not null,
    reply_cut integer not null
  ) strict;
  create index if not exists bodies_by_end on bodies (kept_until);
`;

export interface BodyStoreOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Absent: 16 GiB. */
  readonly mostBytes?: number;
}

/** A file of its own in the data folder, made when the first body is kept. */
export function createSqliteBodyStore(options: BodyStoreOptions): BodyStore {
  const { dataDir, clock, log } = options;
  let db: DatabaseSync | undefined;
  let isClosed = false;
  let trouble: string | undefined;

  const opened = (): DatabaseSync => {
    db ??= openBodies(dataDir, options.mostBytes ?? MOST_BYTES);
    return db;
  };

  const attempt = (work: () => void): void => {
    try {
      work();
      trouble = undefined;
    } catch (error) {
      const detail = error instanceof Error ? error.message : 'unknown';
      if (detail !== trouble) log.warn({ component: 'bodies', detail }, 'bodies are not kept');
      trouble = detail;
    }
  };

  /** Runs while anything is kept, and no longer: a gateway that keeps nothing sleeps. */
  let timer: Timer | undefined;
  const arm = (delayMs = SWEEP_MS): void => {
    if (!isClosed) timer ??= clock.schedule(delayMs, sweep);
  };
  function sweep(): void {
    timer = undefined;
    attempt(() => {
      const held = opened();
      const { changes } = held.prepare(SWEEP).run(clock.now());
      if (changes === SWEPT) arm(NEXT_MS);
      else if (held.prepare('select 1 from bodies limit 1').get() !== undefined) arm();
    });
    if (trouble !== undefined) arm();
  }
  // Without the file nothing was ever kept, and none is made to find that out.
  if (existsSync(join(dataDir, FILE))) sweep();

  return {
    keep: (bodies) => {
      if (isClosed) return;
      attempt(() => insert(opened(), bodies));
      arm();
    },
    find: (callId) => {
      if (isClosed || (db === undefined && !existsSync(join(dataDir, FILE)))) return undefined;
      try {
        return findIn(opened(), callId, clock.now());
      } catch (error) {
        attempt(() => {
          throw error;
        });
        return undefined;
      }
    },
    status: async () => {
      if (trouble === undefined) return db && { name: 'bodies', status: 'healthy' };
      const detail = `bodies are not kept, calls go on: ${trouble}`;
      return { name: 'bodies', status: 'degraded', detail };
    },
    close: () => {
      isClosed = true;
      timer?.cancel();
      db?.close();
    },
  };
}

/** The bodies of a call, read beside a running gateway; undefined: none are kept. */
export function readBodies(dataDir: string, callId: string, now: number): CallBodies | undefined {
  const path = join(dataDir, FILE);
  if (!existsSync(path)) return undefined;
  const db = openReader(path);
  try {
    return findIn(db, callId, now);
  } finally {
    db.close();
  }
}

function openBodies(dataDir: string, mostBytes: number): DatabaseSync {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, FILE);
  const db = openConnection(path, 'normal');
  try {
    chmodSync(path, 0o600);
    db.exec(TABLE);
    db.exec(`pragma max_page_count = ${Math.ceil(mostBytes / PAGE_BYTES)}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function insert(db: DatabaseSync, { request, reply, ...rest }: CallBodies): void {
  db.prepare('insert or replace into bodies values (?, ?, ?, ?, ?, ?, ?, ?)').run(
    rest.callId,
    rest.keyId,
    rest.keptAt,
    rest.keptUntil,
    request.text,
    request.isCut ? 1 : 0,
    reply.text,
    reply.isCut ? 1 : 0,
  );
}

function findIn(db: DatabaseSync, callId: string, now: number): CallBodies | undefined {
  const row = db
    .prepare('select * from bodies where call_id = ? and kept_until > ?')
    .get(callId, now);
  if (row === undefined) return undefined;
  return {
    callId: textIn(row, 'call_id'),
    keyId: textIn(row, 'key_id'),
    keptAt: numberIn(row, 'kept_at'),
    keptUntil: numberIn(row, 'kept_until'),
    request: { text: textIn(row, 'request'), isCut: numberIn(row, 'request_cut') === 1 },
    reply: { text: textIn(row, 'reply'), isCut: numberIn(row, 'reply_cut') === 1 },
  };
}
