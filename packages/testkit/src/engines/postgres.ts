import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

/** Where suites find PostgreSQL: a database from which they may make others. */
const SERVER =
  process.env['TOLLGATE_TEST_POSTGRES'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';

/** Why there is no PostgreSQL to test with; undefined where there is one. */
export async function missingPostgres(): Promise<string | undefined> {
  try {
    await onServer('select 1');
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `no PostgreSQL answers (${why}): set TOLLGATE_TEST_POSTGRES to test with one`;
  }
}

/**
 * A new, empty schema that connections to this URL find alone, as good as a database of its own and made
 * in a tenth of the time; dropped when the scope ends.
 */
export async function createPostgres(): Promise<{ readonly url: string } & AsyncDisposable> {
  const name = `tollgate_test_${randomBytes(6).toString('hex')}`;
  await onServer(`create schema ${name}`);
  const url = new URL(SERVER);
  url.searchParams.set('options', `-c search_path=${name}`);
  return {
    url: url.href,
    [Symbol.asyncDispose]: () => onServer(`drop schema if exists ${name} cascade`),
  };
}

export interface OwnPostgres extends AsyncDisposable {
  readonly url: string;
  /** Writes are refused, or taken again: all who are connected come anew. */
  setReadOnly(isReadOnly: boolean): Promise<void>;
}

/** A database of its own, with settings of its own; dropped when the scope ends. */
export async function createOwnPostgres(): Promise<OwnPostgres> {
  const name = `tollgate_test_${randomBytes(6).toString('hex')}`;
  await onServer(`create database ${name}`);
  const url = new URL(SERVER);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    setReadOnly: async (isReadOnly) => {
      await onServer(
        `alter database ${name} set default_transaction_read_only = ${isReadOnly ? 'on' : 'off'}`,
      );
      await onServer(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
      );
    },
    [Symbol.asyncDispose]: () => onServer(`drop database if exists ${name} with (force)`),
  };
}

/** The title of a suite that needs an engine: why it is skipped stands in it, and in the report. */
export const engineTitle = (title: string, missing: string | undefined): string =>
  missing === undefined ? title : `${title}: ${missing}`;

async function onServer(statement: string): Promise<void> {
  const client = new Client({ connectionString: SERVER, connectionTimeoutMillis: 3000 });
  try {
    await client.connect();
    await client.query(statement);
  } finally {
    await client.end().catch(() => undefined);
  }
}
