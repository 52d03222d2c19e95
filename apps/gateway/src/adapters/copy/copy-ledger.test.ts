import { ok } from '@tollgate/core';
import { chargeOf, counterOf } from '@tollgate/core/budgets';
import type { UsageEvent } from '@tollgate/core/usage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenedEngine, onEngine, testedEngines } from '../../../test/support/engines.ts';
import { auditBooks } from '../sql/audit/audit-books.ts';
import type { SqlDatabase } from '../sql/sql.ts';
import { keyBudget } from '../test-support/key-budget.ts';
import { PRICE, usageEvent, ZION_USER } from '../test-support/usage-event.ts';
import { inlineLedger } from '../test-support/with-ledger.ts';
import { COPIED_TABLES } from './copied-tables.ts';
import { copyLedger } from './copy-ledger.ts';

const ENGINES = await testedEngines();
const [SQLITE] = ENGINES;
if (SQLITE === undefined) throw new Error('no engine');

/** Tables that stay where they are, and why. */
const LEFT: { readonly [table: string]: string } = {
  schema_version: 'each engine has its own steps',
  instances: 'gateways run on one ledger or the other',
  server: 'the digest of the secret, written for the copy by whoever copies',
  kept_held: 'adds up what is kept, by itself',
};

const TABLES = {
  sqlite: "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'",
  postgres: `select relname as name from pg_class
    where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p') and not relispartition`,
} as const;

const BUDGET = keyBudget('10 requests/day');

/** 10 uncached tokens at 1 and 5 of text at 2. */
const COST = { picoUsd: '20', priceId: PRICE.id };
const MANY = 2_500;
const START = Date.UTC(2026, 0, 31, 23, 50);

/** Two pages and a half of calls over months, corrections, an open intent, and what is odd. */
async function fill(db: SqlDatabase): Promise<void> {
  const ledger = inlineLedger(db, { maxBatch: 500 });
  const book = (changes: Partial<UsageEvent>): UsageEvent => {
    const event = usageEvent({ cost: COST, ...changes });
    const { budgetId, window } = counterOf(BUDGET, event.startedAt);
    const amount = event.keyId === BUDGET.scope.id ? chargeOf(BUDGET, event) : 0n;
    const charges = [{ budgetId, windowStart: window.start, amount }];
    ledger.record(event, { price: PRICE, charges });
    return event;
  };
  const first = book({ startedAt: START, keyName: 'Ünïcode 🗝', tags: ['a', "it's"] });
  for (let n = 1; n < MANY; n += 1) {
    book({ startedAt: START + n * 3_600_000, keyName: `key ${n % 7}`, user: ZION_USER });
  }
  await ledger.flush();
  ledger.record(usageEvent({ cost: COST, startedAt: START, corrects: first.callId }));
  await ledger.intend({ ...usageEvent(), estimate: { inputTokens: 3, outputTokens: 4 } });
  await ledger.flush();
  await db.run(
    "insert into key_secrets (digest, key_id, valid_until) values (?, 'key_1', 9007199254740993)",
    Uint8Array.of(0, 1, 254, 255),
  );
  await db.run("update organisations set name = 'Renamed', version = 2");
  for (let n = 0; n < 20; n += 1) {
    await db.run(
      'insert into kept (kind, owner, id, body, bytes, expires_at) values (?, ?, ?, ?, 2, 5)',
      ...['response', `key_${n % 3}`, `resp_${n}`, '{}'],
    );
  }
  await db.run("insert into revisions (name, value) values ('keys', 7)");
}

const rowsOf = async (db: SqlDatabase, table: string): Promise<readonly string[]> => {
  const rows = await db.all(`select * from ${table}`);
  const text = (value: unknown): string =>
    value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value);
  return rows
    .map((row) =>
      Object.keys(row)
        .sort()
        .map((column) => `${column}=${text(row[column])}`)
        .join(' '),
    )
    .sort();
};

const copy = (from: SqlDatabase, into: SqlDatabase) =>
  copyLedger({
    from,
    into,
    now: START,
    mayLeave: () => Promise.resolve(ok(undefined)),
    mayEnter: () => Promise.resolve(ok(undefined)),
    onRows: () => undefined,
  });

for (const engine of ENGINES) {
  const { missing } = engine;
  describe.skipIf(missing !== undefined)(onEngine('a schema', engine), () => {
    it('has no table of which nobody said whether it is copied', async () => {
      await using opened = await engine.open();

      const tables = await opened.db.all(TABLES[engine.name]);

      const copied = COPIED_TABLES.map(({ name }) => name);
      expect(
        tables
          .map(({ name }) => String(name))
          .filter((name) => !(name in LEFT))
          .sort(),
      ).toEqual(copied.sort());
    });
  });
}

for (const into of ENGINES) {
  for (const from of ENGINES) {
    const missing = from.missing ?? into.missing;
    const title = onEngine(`a copy from ${from.name}`, { ...into, missing });
    describe.skipIf(missing !== undefined)(title, () => {
      let source: OpenedEngine;
      let target: OpenedEngine;
      beforeEach(async () => {
        source = await from.open();
        target = await into.open();
      });
      afterEach(async () => {
        await source[Symbol.asyncDispose]();
        await target[Symbol.asyncDispose]();
      });

      it('has every row of every table, proves its books, and goes on numbering', async () => {
        await fill(source.db);

        const copied = await copy(source.db, target.db);

        expect(copied.ok && copied.value.get('calls')).toBe(MANY + 1);
        for (const name of ['kept_held', ...COPIED_TABLES.map((table) => table.name)]) {
          expect(await rowsOf(target.db, name)).toEqual(await rowsOf(source.db, name));
        }
        expect((await auditBooks(target.db, { budgets: [BUDGET] })).differences).toEqual([]);
        const ledger = inlineLedger(target.db);
        const next = usageEvent({
          keyId: 'key_new',
          startedAt: START,
          cost: { picoUsd: null, reason: 'no price' },
        });
        ledger.record(next);
        await ledger.flush();
        expect((await ledger.recent({ limit: 1 }))[0]).toEqual(next);
        expect((await auditBooks(target.db, { budgets: [] })).differences).toEqual([]);
      });

      it('is nothing where the target holds anything', async () => {
        await fill(source.db);
        await target.db.run("insert into revisions (name, value) values ('keys', 1)");

        const copied = await copy(source.db, target.db);

        expect(copied).toMatchObject({
          ok: false,
          error: { detail: expect.stringMatching(/isn't empty \(there are revisions\)/) },
        });
        expect(await target.db.all('select 1 from calls')).toEqual([]);
        expect(await rowsOf(target.db, 'organisations')).toHaveLength(1);
      });
    });
  }
}

describe('a copy that does not arrive as it was sent', () => {
  it('is undone', async () => {
    await using source = await SQLITE.open();
    await using target = await SQLITE.open();
    await fill(source.db);
    await target.db.run(
      `create trigger faulty after insert on rollups when new.minutes = 1440 begin
         update rollups set requests = requests + 1 where (minutes = new.minutes
           and starts_at = new.starts_at and caller = new.caller and route = new.route); end`,
    );

    const copied = await copy(source.db, target.db);

    expect(copied).toMatchObject({
      ok: false,
      error: {
        detail: expect.stringMatching(/^rollups: \d+ rows were sent, .*nothing was copied/),
      },
    });
    expect(await target.db.all('select 1 from calls')).toEqual([]);
  });
});

const POSTGRES = ENGINES.find(({ name }) => name === 'postgres') ?? SQLITE;
const { missing } = POSTGRES;

describe.skipIf(missing !== undefined)(onEngine('a text with a NUL', POSTGRES), () => {
  it('is copied with a replacement, since PostgreSQL can not hold it', async () => {
    await using source = await SQLITE.open();
    await using target = await POSTGRES.open();
    await source.db.run("insert into revisions (name, value) values ('a' || char(0) || 'b', 1)");

    expect(await copy(source.db, target.db)).toMatchObject({ ok: true });
    expect(await target.db.all('select name from revisions')).toEqual([{ name: 'a\u{fffd}b' }]);
  });
});
