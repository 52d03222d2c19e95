import { createPostgres, engineTitle, missingPostgres } from '@tollgate/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { run } from '../../test/support/run-command.ts';
import {
  createPostgresDatabase,
  type PostgresDatabase,
} from '../adapters/postgres/postgres-database.ts';
import { tempDir } from '../adapters/test-support/temp-dir.ts';

const missing = await missingPostgres();
const DEAD_AFTER_MS = 30_000;

describe.skipIf(missing !== undefined)(engineTitle('a repair of shared books', missing), () => {
  let database: Awaited<ReturnType<typeof createPostgres>>;
  let db: PostgresDatabase;
  beforeEach(async () => {
    database = await createPostgres();
    db = createPostgresDatabase({ url: database.url });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await db.close();
    await database[Symbol.asyncDispose]();
  });

  const repair = (folder: string) =>
    run(folder, 'audit --repair', {
      TOLLGATE_LEDGER: database.url,
      TOLLGATE_SECRET: 'one-secret-for-all-of-them',
    });

  it('is refused beside a gateway that lives, however wrong the clock of who asks', async () => {
    using folder = tempDir();
    expect(await repair(folder.path)).toMatchObject({ code: 0 });
    await db.run("insert into instances (id, started_at, heartbeat_at) values ('gw_other', 0, 0)");
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });

    expect(await repair(folder.path)).toMatchObject({
      code: 1,
      err: expect.stringContaining('1 gateways run on this ledger'),
    });
  });

  it('is done once a gateway that was killed has been silent for as long as the settings say', async () => {
    using folder = tempDir();
    await repair(folder.path);
    await db.run('alter table instances disable trigger instances_heard');
    await db.run(
      `insert into instances (id, started_at, heartbeat_at) values ('gw_dead', 0, clock_ms() - ?)`,
      DEAD_AFTER_MS + 1,
    );

    expect(await repair(folder.path)).toMatchObject({ code: 0 });
  });
});
