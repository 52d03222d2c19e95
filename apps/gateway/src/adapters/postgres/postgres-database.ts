import { Pool, type PoolClient, TypeOverrides, types } from 'pg';
import type { SqlDatabase, SqlRow, Statements } from '../sql/sql.ts';
import { numbered } from './numbered.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  readonly maxConnections?: number;
  /** A statement that takes longer fails: a database that hangs must not hold calls for ever. */
  readonly statementMs?: number;
  /** A connection that nobody used was lost; the next statement opens another. */
  readonly onIdleError?: (error: Error) => void;
}

const CONNECT_MS = 3_000;
const STATEMENT_MS = 10_000;
const IDLE_MS = 30_000;

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

interface Runner {
  query(text: string, values: readonly unknown[]): Promise<QueryOutcome>;
}

interface QueryOutcome {
  readonly rows: readonly SqlRow[];
  readonly rowCount: number | null;
}

const statementsOn = (runner: Runner): Statements => ({
  all: async (sql, ...parameters) => (await runner.query(numbered(sql), parameters)).rows,
  run: async (sql, ...parameters) => (await runner.query(numbered(sql), parameters)).rowCount ?? 0,
});

/** The seam over a pool of connections to PostgreSQL. None is opened before the first statement. */
export function createPostgresDatabase(options: PostgresOptions): SqlDatabase {
  const pool = new Pool({
    connectionString: options.url,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: IDLE_MS,
    statement_timeout: options.statementMs ?? STATEMENT_MS,
    query_timeout: (options.statementMs ?? STATEMENT_MS) + 1_000,
    application_name: 'tollgate',
    types: readTypes(),
  });
  // Without a listener an idle connection's end would be an uncaught error.
  pool.on('error', (error) => options.onIdleError?.(error));
  const runnerOf = (queryable: Pool | PoolClient): Runner => ({
    query: (text, values) => queryable.query<SqlRow>(text, [...values]),
  });
  const between = async <T>(begin: string, work: (tx: Statements) => Promise<T>): Promise<T> => {
    const client = await pool.connect();
    let broken: Error | undefined;
    try {
      await client.query(begin);
      const result = await work(statementsOn(runnerOf(client)));
      await client.query('commit');
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
    engine: 'postgres',
    ...statementsOn(runnerOf(pool)),
    transaction: (work) => between('begin', work),
    snapshot: (work) => between('begin isolation level repeatable read read only', work),
    close: () => pool.end(),
  };
}
