import { Pool, type PoolClient, TypeOverrides, types } from 'pg';
import type { SqlDatabase, SqlRow, Statements } from '../sql/sql.ts';
import { runMany } from './many-statements.ts';
import { numbered } from './numbered.ts';
import { storable } from './storable.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  readonly maxConnections?: number;
  /** A statement that takes longer fails: a database that hangs must not hold calls for ever. */
  readonly statementMs?: number;
  /** A transaction in which nothing is asked for so long ends. */
  readonly silentMs?: number;
  /** A connection that nobody used was lost; the next statement opens another. */
  readonly onIdleError?: (error: Error) => void;
}

const CONNECT_MS = 3_000;
const STATEMENT_MS = 10_000;
const IDLE_MS = 30_000;
/** A gateway that vanished amid a transaction, and whose connection still stands, holds its rows as long. */
const SILENT_IN_TRANSACTION_MS = 3_000;

/** Whole numbers of every width, and sums of them, as bigint. */
const WHOLE = [types.builtins.INT2, types.builtins.INT4, types.builtins.INT8];

function readTypes(): TypeOverrides {
  const overrides = new TypeOverrides();
  for (const type of WHOLE) overrides.setTypeParser(type, (text: string) => BigInt(text));
  overrides.setTypeParser(types.builtins.NUMERIC, (text: string) =>
    /^-?\d+$/.test(text) ? BigInt(text) : Number(text),
  );
  return overrides;
}

type Queryable = Pick<PoolClient, 'query'>;

const statementsOn = (queryable: Queryable): Statements => ({
  engine: 'postgres',
  all: async (sql, ...parameters) =>
    (await queryable.query<SqlRow>(numbered(sql), parameters.map(storable))).rows,
  run: async (sql, ...parameters) =>
    (await queryable.query(numbered(sql), parameters.map(storable))).rowCount ?? 0,
  many: async (sql, lists) => (lists.length === 0 ? [] : runMany(queryable, numbered(sql), lists)),
});

export interface PostgresDatabase extends SqlDatabase {
  /** Connections that are open, those of them that are idle, and statements that wait for one. */
  pool(): { readonly open: number; readonly idle: number; readonly waiting: number };
}

/** The seam over a pool of connections to PostgreSQL. None is opened before the first statement. */
export function createPostgresDatabase(options: PostgresOptions): PostgresDatabase {
  const statementMs = options.statementMs ?? STATEMENT_MS;
  const pool = new Pool({
    connectionString: options.url,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: IDLE_MS,
    statement_timeout: statementMs,
    idle_in_transaction_session_timeout:
      options.silentMs ?? Math.min(SILENT_IN_TRANSACTION_MS, statementMs),
    query_timeout: statementMs + 1_000,
    application_name: 'tollgate',
    types: readTypes(),
    pipeline: true,
  });
  // Without a listener an idle connection's end would be an uncaught error.
  pool.on('error', (error) => options.onIdleError?.(error));
  // Nor while it is used: its statements tell of that.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const between = async <T>(begin: string, work: (tx: Statements) => Promise<T>): Promise<T> => {
    const client = await pool.connect();
    let broken: Error | undefined;
    try {
      // Travels with the first statement of the work, which fails where this does.
      const begun = client.query(begin);
      begun.catch(() => undefined);
      const result = await work(statementsOn(client));
      await begun;
      // Of work that went on after a refused statement nothing is kept, and PostgreSQL calls that done.
      const { command } = await client.query('commit');
      if (command !== 'COMMIT') throw new Error('the transaction was refused');
      return result;
    } catch (error) {
      await client.query('rollback').catch((failure: Error) => {
        broken = failure;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  };
  return {
    ...statementsOn(pool),
    // The pool takes no statements of another kind than its own.
    many: (sql, lists) => between('begin', (tx) => tx.many(sql, lists)),
    transaction: (work) => between('begin', work),
    snapshot: (work) => between('begin isolation level repeatable read read only', work),
    pool: () => ({ open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    close: () => pool.end(),
  };
}
