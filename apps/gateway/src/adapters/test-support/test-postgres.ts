import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

/** Where suites find a PostgreSQL: any database in which they may make others. */
const SERVER =
  process.env['TOLLGATE_TEST_POSTGRES'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';

/** Why there is no PostgreSQL to test with; undefined where there is one. */
export const noPostgres: string | undefined = await reasonForNone();

async function reasonForNone(): Promise<string | undefined> {
  const client = new Client({ connectionString: SERVER, connectionTimeoutMillis: 2000 });
  try {
    await client.connect();
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `no PostgreSQL answers (${why}): set TOLLGATE_TEST_POSTGRES to test with one`;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A new, empty database, dropped when the scope ends. */
export async function testPostgres(): Promise<{ readonly url: string } & AsyncDisposable> {
  const name = `tollgate_test_${randomBytes(6).toString('hex')}`;
  await onServer(`create database ${name}`);
  const url = new URL(SERVER);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    [Symbol.asyncDispose]: () => onServer(`drop database if exists ${name} with (force)`),
  };
}

async function onServer(statement: string): Promise<void> {
  const client = new Client({ connectionString: SERVER });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
