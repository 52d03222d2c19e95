import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createPostgres, engineTitle, missingPostgres } from '@tollgate/testkit';
import { parquetReadObjects } from 'hyparquet';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../adapters/postgres/migrate.ts';
import { createPostgresDatabase } from '../adapters/postgres/postgres-database.ts';
import { openDatabase } from '../adapters/sqlite/open-database.ts';
import { tempDir } from '../adapters/test-support/temp-dir.ts';
import { usageEvent } from '../adapters/test-support/usage-event.ts';
import { inlineLedger, withLedger } from '../adapters/test-support/with-ledger.ts';
import { runCli } from './run.ts';

const EVENTS = [
  usageEvent({ keyName: '=cmd|"x"', tags: ['a', 'b'] }),
  usageEvent({ cost: { picoUsd: null, reason: 'no price, alas' } }),
];

async function fillPostgres(url: string): Promise<void> {
  const db = createPostgresDatabase({ url });
  await migrate(db);
  const ledger = inlineLedger(db);
  for (const event of EVENTS) ledger.record(event);
  await ledger.close();
  await db.close();
}

async function onPostgres(): Promise<Place> {
  const server = await createPostgres();
  return {
    env: { TOLLGATE_LEDGER: server.url },
    fill: () => fillPostgres(server.url),
    age: async () => {
      const db = createPostgresDatabase({ url: server.url });
      await db.run(NEWER);
      await db.close();
    },
    end: () => server[Symbol.asyncDispose](),
  };
}

/** Where the ledger of a command lies. */
interface Place {
  readonly env: { readonly [name: string]: string };
  fill(dataDir: string): Promise<void>;
  /** As if a newer program had been here. */
  age(dataDir: string): Promise<void>;
  end(): PromiseLike<void>;
}

const NEWER = 'update schema_version set version = 99 where version = 1';

const onSqlite: Place = {
  env: {},
  fill: (dataDir) =>
    withLedger(dataDir, (ledger) => {
      for (const event of EVENTS) ledger.record(event);
    }),
  age: async (dataDir) => {
    const opened = openDatabase(dataDir);
    if (!opened.ok) throw new Error(opened.error.detail);
    opened.value.exec(NEWER);
    opened.value.close();
  },
  end: () => Promise.resolve(),
};

const ENGINES = [
  { name: 'sqlite', missing: undefined, open: () => Promise.resolve(onSqlite) },
  { name: 'postgres', missing: await missingPostgres(), open: onPostgres },
] as const;

async function runWith(cwd: string, env: Place['env'], args: readonly string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runCli(['db', ...args], {
    env: { TOLLGATE_DATA_DIR: join(cwd, 'data'), ...env },
    cwd,
    out: (text) => out.push(text),
    err: (text) => err.push(text),
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

for (const { name, missing, open } of ENGINES) {
  describe.skipIf(missing !== undefined)(engineTitle(`tollgate db on ${name}`, missing), () => {
    let folder: ReturnType<typeof tempDir>;
    let place: Place;
    beforeEach(async () => {
      folder = tempDir();
      place = await open();
    });
    afterEach(async () => {
      await place.end();
      folder[Symbol.dispose]();
    });
    const run = (...args: string[]) => runWith(folder.path, place.env, args);
    const fill = () => place.fill(join(folder.path, 'data'));

    it('says what is in it, and whether its schema is this program’s', async () => {
      await fill();

      const { code, out } = await run('status', '--json');

      const status = JSON.parse(out);
      expect(code).toBe(0);
      expect(status).toMatchObject({ engine: name, calls: 2, openIntents: 0 });
      expect(status.version).toBe(status.knownVersion);
      expect(status.bytes).toBeGreaterThan(10_000);
      expect((await run('status')).out).toMatch(/schema .*up to date\ncalls +2\nunder way +0/);
    });

    it('says that there is none before the first start', async () => {
      const { code, err } = await run('status');

      expect(code).toBe(1);
      expect(err).toMatch(/can't be used|there is no ledger/);
      expect(await run('migrate')).toMatchObject({ code: 0 });
      expect(await run('status')).toMatchObject({ code: 0 });
    });

    it('tells of a ledger that a newer program wrote, and leaves it alone', async () => {
      await fill();
      await place.age(join(folder.path, 'data'));

      expect((await run('status')).out).toMatch(/schema +99, of a newer Tollgate/);
      for (const command of ['migrate', 'export']) {
        expect(await run(command)).toMatchObject({
          code: 1,
          err: expect.stringMatching(/was written by a newer Tollgate \(schema 99/),
        });
      }
    });

    it('exports every call as JSON lines, as it was booked', async () => {
      await fill();

      const { code } = await run('export', '--format', 'jsonl', '--out', 'calls.jsonl');

      const lines = readFileSync(join(folder.path, 'calls.jsonl'), 'utf8').trimEnd().split('\n');
      expect(code).toBe(0);
      expect(lines.map((line) => JSON.parse(line))).toEqual(EVENTS);
    });

    it('exports a table that no spreadsheet runs', async () => {
      await fill();

      const { out } = await run('export');

      const [head, first, second] = out.split(/\r?\n/);
      expect(head).toMatch(/^call_id,attempt,corrects,started_at,key_id,key_name,/);
      expect(first).toContain(`,"'=cmd|""x""",`);
      expect(second).toContain(',"no price, alas",');
    });

    it('exports Parquet with whole numbers, instants and what is unknown left open', async () => {
      await fill();

      const { code } = await run('export', '--format', 'parquet', '--out', 'calls.pq');

      const { buffer, byteOffset, byteLength } = readFileSync(join(folder.path, 'calls.pq'));
      const rows = await parquetReadObjects({
        file: buffer.slice(byteOffset, byteOffset + byteLength),
      });
      expect(code).toBe(0);
      expect(rows).toHaveLength(EVENTS.length);
      for (const [index, event] of EVENTS.entries()) {
        const { cost, usage } = event;
        expect(rows[index]).toMatchObject({
          call_id: event.callId,
          key_name: event.keyName,
          started_at: new Date(event.startedAt),
          stream: event.stream,
          input_uncached: BigInt(usage?.input.uncached ?? 0),
          cost_pico_usd: cost?.picoUsd == null ? null : BigInt(cost.picoUsd),
          unpriced: cost?.picoUsd === null ? cost.reason : null,
        });
      }
    });

    it('exports a ledger of no calls as a table of no rows', async () => {
      await run('migrate');

      const { code } = await run('export', '--format', 'parquet', '--out', 'none.pq');

      const { buffer, byteOffset, byteLength } = readFileSync(join(folder.path, 'none.pq'));
      const file = buffer.slice(byteOffset, byteOffset + byteLength);
      expect(code).toBe(0);
      expect(await parquetReadObjects({ file })).toEqual([]);
    });
  });
}

describe('tollgate db', () => {
  it.each([['status'], ['migrate'], ['export']])(
    '%s says in words that PostgreSQL is not there, without its password',
    async (command) => {
      using folder = tempDir();
      const env = { TOLLGATE_LEDGER: 'postgres://me:hunter2@127.0.0.1:1/books' };

      const { code, out, err } = await runWith(folder.path, env, [command]);

      expect({ code, out, err }).toEqual({
        code: 1,
        out: '',
        err: "PostgreSQL at 127.0.0.1:1/books can't be used: PostgreSQL can't be reached (ECONNREFUSED)",
      });
    },
  );

  it('backs up into a file that is a ledger itself, and never over another', async () => {
    using folder = tempDir();
    await onSqlite.fill(join(folder.path, 'data'));
    const copy = join('copy', 'data', 'tollgate.db');
    await runWith(join(folder.path, 'copy'), {}, ['migrate']);

    const onto = await runWith(folder.path, {}, ['backup', copy]);
    const { code } = await runWith(folder.path, {}, ['backup', 'new.db']);

    expect(onto.code).toBe(1);
    expect(code).toBe(0);
    expect(readFileSync(join(folder.path, 'new.db')).subarray(0, 15).toString()).toBe(
      'SQLite format 3',
    );
  });

  it('takes no format that it does not know', async () => {
    using folder = tempDir();

    expect(await runWith(folder.path, {}, ['export', '--format', 'xls'])).toMatchObject({
      code: 2,
      err: '--format: expected csv, jsonl or parquet, got "xls"',
    });
    expect(await runWith(folder.path, {}, ['export', '--format', 'parquet'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('expected --out'),
    });
  });
});
