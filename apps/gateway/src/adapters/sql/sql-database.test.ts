import { DatabaseSync } from 'node:sqlite';
import { createPostgres, engineTitle, missingPostgres } from '@tollgate/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPostgresDatabase } from '../postgres/postgres-database.ts';
import { createSqliteDatabase } from '../sqlite/sqlite-database.ts';
import type { SqlDatabase } from './sql.ts';

interface Opened extends AsyncDisposable {
  readonly db: SqlDatabase;
}

async function openSqlite(): Promise<Opened> {
  const db = createSqliteDatabase(new DatabaseSync(':memory:'));
  return { db, [Symbol.asyncDispose]: () => db.close() };
}

async function openPostgres(): Promise<Opened> {
  const server = await createPostgres();
  const db = createPostgresDatabase({ url: server.url });
  return {
    db,
    [Symbol.asyncDispose]: async () => {
      await db.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

const ENGINES = [
  { name: 'sqlite', open: openSqlite, missing: undefined },
  { name: 'postgres', open: openPostgres, missing: await missingPostgres() },
] as const;

for (const { name, open, missing } of ENGINES) {
  describe.skipIf(missing !== undefined)(engineTitle(`the seam over ${name}`, missing), () => {
    let opened: Opened;
    beforeAll(async () => {
      opened = await open();
      await opened.db.run(
        `create table things (id text primary key, size bigint, body ${name === 'sqlite' ? 'blob' : 'bytea'})`,
      );
    });
    afterAll(() => opened[Symbol.asyncDispose]());

    it('reads integers of every size as bigint, text as text, bytes as bytes, absent as null', async () => {
      const { db } = opened;
      const bytes = new Uint8Array([0, 127, 255]);
      await db.run('insert into things values (?, ?, ?)', 'big', 9_007_199_254_740_993n, bytes);
      await db.run('insert into things values (?, ?, ?)', "what's ?", 7, null);
      const rows = await db.all('select id, size, body from things order by size desc');
      expect(rows.map((row) => ({ ...row }))).toEqual([
        { id: 'big', size: 9_007_199_254_740_993n, body: expect.any(Uint8Array) },
        { id: "what's ?", size: 7n, body: null },
      ]);
      const body = rows[0]?.['body'];
      expect(body instanceof Uint8Array && [...body]).toEqual([0, 127, 255]);
      expect(
        await db.all("select id from things where id = 'what''s ?' and size = ?", 7),
      ).toHaveLength(1);
      const [sums] = await db.all('select sum(size) as sum, count(*) as count from things');
      expect({ ...sums }).toEqual({ sum: 9_007_199_254_741_000n, count: 2n });
    });

    it('tells how many rows a statement changed', async () => {
      const { db } = opened;
      expect(await db.run('insert into things values (?, 1, null)', 'once')).toBe(1);
      const again = 'insert into things values (?, 1, null) on conflict do nothing';
      expect(await db.run(again, 'once')).toBe(0);
      expect(await db.run('update things set size = size + ? where id = ?', 2, 'once')).toBe(1);
    });

    it('does one statement with many lists, and tells of each how many rows it changed', async () => {
      const { db } = opened;
      const sql = 'insert into things values (?, ?, null) on conflict do nothing';
      const lists = [
        ['many_1', 1],
        ['many_2', 2n],
        ['many_1', 3],
      ];
      expect(await db.many(sql, lists)).toEqual([1, 1, 0]);
      expect(await db.transaction((tx) => tx.many(sql, [['many_3', 1]]))).toEqual([1]);
      expect(await db.many(sql, [])).toEqual([]);
    });

    it('takes nothing of many where one is refused, in a transaction', async () => {
      const { db } = opened;
      const failed = db.transaction((tx) =>
        tx.many('insert into things values (?, 1, null)', [['few_1'], ['few_1'], ['few_2']]),
      );
      await expect(failed).rejects.toThrow(/unique/i);
      expect(await db.all("select id from things where id like 'few%'")).toEqual([]);
      expect(await db.run('insert into things values (?, 1, null)', 'few_1')).toBe(1);
    });

    it('takes nothing of work that failed', async () => {
      const { db } = opened;
      const failed = db.transaction(async (tx) => {
        await tx.run('insert into things values (?, 1, null)', 'half');
        throw new Error('on purpose');
      });
      await expect(failed).rejects.toThrow('on purpose');
      expect(await db.all('select id from things where id = ?', 'half')).toEqual([]);
    });

    it('loses no step of transactions that run at once', async () => {
      const { db } = opened;
      await db.run('insert into things values (?, 0, null)', 'counter');
      const steps = Array.from({ length: 40 }, () =>
        db.transaction(async (tx) => {
          await tx.run('update things set size = size + 1 where id = ?', 'counter');
          await tx.all('select size from things where id = ?', 'counter');
        }),
      );
      await Promise.all(steps);
      const [row] = await db.all('select size from things where id = ?', 'counter');
      expect(row?.['size']).toBe(40n);
    });

    it('shows a snapshot as it was, and writes nothing in it', async () => {
      const { db } = opened;
      const count = 'select count(*) as count from things';
      const [before] = await db.all(count);
      const seen = await db.snapshot(async (reader) => [
        (await reader.all(count))[0]?.['count'],
        (await reader.all(count))[0]?.['count'],
      ]);
      expect(seen).toEqual([before?.['count'], before?.['count']]);
    });

    it('rejects what the engine refuses, and goes on', async () => {
      const { db } = opened;
      await expect(db.run('insert into nowhere values (1)')).rejects.toThrow(/nowhere/);
      expect(await db.all('select 1 as one')).toHaveLength(1);
    });
  });
}
