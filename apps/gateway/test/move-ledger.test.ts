import {
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  createPostgres,
  engineTitle,
  listenOnLoopback,
  missingPostgres,
  realClock,
  startBreakableLink,
  TEST_ADMIN_KEY,
} from '@tollgate/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { migrate } from '../src/adapters/postgres/migrate.ts';
import { MIGRATIONS } from '../src/adapters/postgres/migrations.ts';
import {
  createPostgresDatabase,
  type PostgresDatabase,
} from '../src/adapters/postgres/postgres-database.ts';
import { tempDir } from '../src/adapters/test-support/temp-dir.ts';
import { usageEvent } from '../src/adapters/test-support/usage-event.ts';
import { withLedger } from '../src/adapters/test-support/with-ledger.ts';
import { runCli } from '../src/cli/run.ts';
import { createApp } from '../src/create-app.ts';
import { run } from './support/run-command.ts';

const UNPRICED = { picoUsd: null, reason: 'no price' };

type Env = Record<string, string>;

const Made = z.object({ key: z.string() });
const Copied = z.object({ rows: z.record(z.string(), z.int()), differences: z.int() });

/** A gateway with the simulated provider, on wherever the environment says. */
async function startGateway(env: Env) {
  const app = await createApp({
    config: {},
    env: { TOLLGATE_ADMIN_KEY: TEST_ADMIN_KEY, ...env },
    clock: realClock(),
    onLog: () => undefined,
  });
  const server = await listenOnLoopback(app.server);
  return {
    app,
    chat: async (key: string): Promise<number> => {
      const answer = await fetch(`${server.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: '{"model":"sim/echo","messages":[{"role":"user","content":"Hello"}]}',
      });
      await answer.text();
      return answer.status;
    },
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await app.close();
    },
  };
}

/** Somebody writes calls, and has not committed yet. */
const INSERTING = `select 1 from pg_locks
  where relation = to_regclass('calls') and mode = 'RowExclusiveLock'`;

const missing = await missingPostgres();
describe.skipIf(missing !== undefined)(engineTitle('moving a ledger', missing), () => {
  let folder: ReturnType<typeof tempDir>;
  let postgres: Awaited<ReturnType<typeof createPostgres>>;
  let db: PostgresDatabase;
  let onSqlite: Env;
  let onPostgres: Env;
  beforeEach(async () => {
    folder = tempDir();
    postgres = await createPostgres();
    db = createPostgresDatabase({ url: postgres.url });
    onSqlite = { TOLLGATE_DATA_DIR: join(folder.path, 'data') };
    onPostgres = { ...onSqlite, TOLLGATE_LEDGER: postgres.url };
  });
  afterEach(async () => {
    await db.close();
    await postgres[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  const cli = (env: Env, ...words: string[]) => run(folder.path, words, env);
  const copyTo = (place: string, env = onSqlite) => cli(env, 'db', 'copy', '--to', place, '--json');
  const dataDir = () => join(folder.path, 'data');
  /** So many calls that they come in several pages. */
  const fillMany = () =>
    withLedger(dataDir(), (ledger) => {
      for (let n = 0; n < 3_000; n += 1) ledger.record(usageEvent({ cost: UNPRICED }));
    });
  const makeKey = async (env: Env): Promise<string> => {
    const words = ['keys', 'create', '--name', 'app', '--budget', '4 requests/day', '--json'];
    const { out } = await cli(env, ...words);
    return Made.parse(JSON.parse(out)).key;
  };

  it('to PostgreSQL and back goes on with the same keys, budgets and books', async () => {
    const key = await makeKey(onSqlite);
    {
      await using gateway = await startGateway(onSqlite);
      expect([await gateway.chat(key), await gateway.chat(key)]).toEqual([200, 200]);
    }
    const usage = await cli(onSqlite, 'usage', '--by', 'key,model', '--json');

    const moved = await copyTo(postgres.url);

    expect(moved).toMatchObject({ code: 0, err: '' });
    const copied = Copied.parse(JSON.parse(moved.out));
    expect(copied).toMatchObject({ rows: { calls: 2 }, differences: 0 });
    expect(await cli(onPostgres, 'usage', '--by', 'key,model', '--json')).toEqual(usage);
    {
      await using gateway = await startGateway(onPostgres);
      expect(await gateway.chat(key)).toBe(200);
    }

    const elsewhere = { TOLLGATE_DATA_DIR: join(folder.path, 'elsewhere') };
    expect(await copyTo(elsewhere.TOLLGATE_DATA_DIR, onPostgres)).toMatchObject({ code: 0 });
    await using gateway = await startGateway(elsewhere);
    expect([await gateway.chat(key), await gateway.chat(key)]).toEqual([200, 429]);
    expect(await gateway.app.usage()).toHaveLength(4);
    expect(await cli(elsewhere, 'audit')).toMatchObject({ code: 0, out: '4 rows, 0 differences' });
  });

  it('takes what was open when its gateway was killed along: the next one books it, once', async () => {
    const lost = usageEvent();
    await withLedger(dataDir(), (ledger) => {
      void ledger.intend({ ...lost, estimate: { inputTokens: 3, outputTokens: 4 } });
    });

    expect(await copyTo(postgres.url)).toMatchObject({ code: 0 });

    await using gateway = await startGateway(onPostgres);
    await expect
      .poll(async () => (await gateway.app.usage()).map(({ callId }) => callId))
      .toEqual([lost.callId]);
    expect(await db.all('select 1 from intents')).toEqual([]);
  });

  it('is refused while a gateway runs on either', async () => {
    {
      await using _source = await startGateway(onSqlite);
      expect(await copyTo(postgres.url)).toMatchObject({
        code: 1,
        err: expect.stringMatching(/^another gateway runs on the data folder .*: stop it/),
      });
    }
    const other = { ...onPostgres, TOLLGATE_DATA_DIR: join(folder.path, 'other') };
    await using _target = await startGateway(other);
    expect(await copyTo(postgres.url)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^1 gateways run on this ledger: stop them/),
    });
  });

  it('is refused where there is a ledger already, which stays as it is', async () => {
    await makeKey(onSqlite);
    expect(await copyTo(postgres.url)).toMatchObject({ code: 0 });

    expect(await copyTo(postgres.url)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/isn't empty \(there are .*\): nothing is written over/),
    });
    expect(await copyTo(dataDir())).toMatchObject({
      code: 2,
      err: expect.stringContaining('that is the ledger itself'),
    });
    expect((await db.all('select name from keys')).map(({ name }) => name)).toContain('app');
  });

  it('that is interrupted leaves the target empty, and is begun again', async () => {
    await fillMany();
    const direct = new URL(postgres.url);
    const port = Number(direct.port === '' ? 5432 : direct.port);
    await using link = await startBreakableLink({ host: direct.hostname, port });
    const url = new URL(postgres.url);
    url.hostname = '127.0.0.1';
    url.port = String(link.port);
    url.password = 'hunter2';
    const running = copyTo(url.href);
    await expect
      .poll(async () => (await db.all(INSERTING)).length, { interval: 5, timeout: 10_000 })
      .toBeGreaterThan(0);
    link.set('cut');

    const { code, err } = await running;
    expect(code).toBe(1);
    expect(err).toMatch(/^PostgreSQL at 127\.0\.0\.1:\d+\/\w+ can't be used: /);
    expect(err).not.toContain('hunter2');
    expect(await db.all('select 1 from calls limit 1')).toEqual([]);
    expect(await copyTo(postgres.url)).toMatchObject({ code: 0 });
    expect(await db.all('select count(*) as n from calls')).toEqual([{ n: 3_000n }]);
  });

  it('of a damaged ledger is refused, and names the backup command', async () => {
    await fillMany();
    const path = join(dataDir(), 'tollgate.db');
    const file = openSync(path, 'r+');
    const middle = Math.floor(statSync(path).size / 2);
    writeSync(file, Buffer.alloc(8_192, 0xa5), 0, 8_192, middle - (middle % 4_096));
    closeSync(file);

    expect(await copyTo(postgres.url)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/is damaged .*"tollgate db backup"/),
    });
    expect(await db.all("select 1 where to_regclass('calls') is not null")).toEqual([]);
  });

  it('brings an older target up to date, and leaves a newer one alone', async () => {
    await makeKey(onSqlite);
    await migrate(db, MIGRATIONS.slice(0, 4));
    await db.run('insert into schema_version (version) values (99)');

    expect(await copyTo(postgres.url)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/was written by a newer Tollgate \(schema 99/),
    });
    await db.run('delete from schema_version where version = 99');

    expect(await copyTo(postgres.url)).toMatchObject({ code: 0 });
    expect(await db.all('select max(version) as n from schema_version')).toEqual([
      { n: BigInt(MIGRATIONS.length) },
    ]);
  });

  it('finds no ledger in an empty folder, and takes no place that is none', async () => {
    expect(await copyTo(postgres.url)).toMatchObject({
      code: 1,
      err: expect.stringContaining("can't be used"),
    });
    expect(await copyTo('postgres://')).toMatchObject({
      code: 2,
      err: '--to: expected a postgres:// URL with a host, or a data folder',
    });
  });

  it('tells people how it went, and what comes next', async () => {
    await fillMany();
    const lines: string[] = [];

    await runCli(['db', 'copy', '--to', postgres.url], {
      env: onSqlite,
      cwd: folder.path,
      out: (text) => lines.push(text),
      err: (text) => lines.push(text),
    });

    expect(lines.join('\n')).toMatch(
      /^calls +3000$[\s\S]*every row was read back and is the same\.\nThe books of the copy: 3000 rows, 0 differences\.\nTo go on with it, set storage\.ledger/m,
    );
  });

  it('backs PostgreSQL up beside its gateway into a file that a gateway starts on', async () => {
    const key = await makeKey(onPostgres);
    const restored = join(folder.path, 'restored');
    mkdirSync(restored);
    {
      await using gateway = await startGateway(onPostgres);
      expect([await gateway.chat(key), await gateway.chat(key)]).toEqual([200, 200]);
      await gateway.app.flush();
      expect(await cli(onPostgres, 'db', 'backup', 'backup.db')).toMatchObject({
        code: 0,
        out: expect.stringMatching(/backup\.db: \d+ bytes\. To restore it, stop the gateway/),
      });
    }

    expect(await cli(onPostgres, 'db', 'backup', 'backup.db')).toMatchObject({
      code: 1,
      err: expect.stringContaining('a backup never writes over a file'),
    });
    expect(readdirSync(folder.path).sort()).toEqual(['backup.db', 'data', 'restored']);
    copyFileSync(join(folder.path, 'backup.db'), join(restored, 'tollgate.db'));
    copyFileSync(join(dataDir(), 'secret'), join(restored, 'secret'));
    await using gateway = await startGateway({ TOLLGATE_DATA_DIR: restored });
    const statuses = [await gateway.chat(key), await gateway.chat(key), await gateway.chat(key)];
    expect(statuses).toEqual([200, 200, 429]);
    expect(await gateway.app.usage()).toHaveLength(4);
  });
});
