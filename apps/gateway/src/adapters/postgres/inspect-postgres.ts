import { err, ok, type Result } from '@tollgate/core';
import type { Secret } from '../../config/secret.ts';
import type { SqlReader } from '../sql/sql.ts';
import { livingGateways } from './known-gateways.ts';
import { schemaVersion } from './migrate.ts';
import { MIGRATIONS } from './migrations.ts';
import {
  openForCommand,
  type PostgresProblem,
  placeOf,
  problemOfPostgres,
} from './open-postgres.ts';

export interface PostgresStatus {
  readonly engine: 'postgres';
  /** Host and database. */
  readonly server: string;
  /** Tables and their indexes, of all months. */
  readonly bytes: number;
  /** Steps of the schema that were taken; as many as this program knows: nothing is to be done. */
  readonly version: number;
  readonly knownVersion: number;
  readonly calls: number;
  /** Calls under way, or left behind by a gateway that died. */
  readonly openIntents: number;
  /** Heard of lately. */
  readonly gateways: number;
}

const SIZE = `select sum(pg_total_relation_size(oid)) as n from pg_class
  where relnamespace = current_schema()::regnamespace and relkind = 'r'`;

/** Reads without changing anything, whatever wrote it. */
export async function postgresStatus(
  url: Secret,
  { deadAfterMs }: { readonly deadAfterMs: number },
): Promise<Result<PostgresStatus, PostgresProblem>> {
  const db = openForCommand(url);
  const server = placeOf(url);
  try {
    const status = await db.snapshot(async (reader): Promise<PostgresStatus | undefined> => {
      const count = countingIn(reader);
      const known = await count("select count(to_regclass('schema_version')) as n");
      if (known === 0) return undefined;
      return {
        engine: 'postgres',
        server,
        bytes: await count(SIZE),
        version: await schemaVersion(reader),
        knownVersion: MIGRATIONS.length,
        calls: await count('select count(*) as n from calls'),
        openIntents: await count('select count(*) as n from intents'),
        gateways: await livingGateways(reader, deadAfterMs),
      };
    });
    if (status !== undefined) return ok(status);
    return err({
      detail: `there is no ledger in PostgreSQL at ${server} yet: "tollgate db migrate", or the first start, makes it`,
    });
  } catch (error) {
    return err(problemOfPostgres(error, url));
  } finally {
    await db.close();
  }
}

const countingIn =
  (reader: SqlReader) =>
  async (sql: string): Promise<number> => {
    const [row] = await reader.all(sql);
    return Number(row?.['n'] ?? 0);
  };
