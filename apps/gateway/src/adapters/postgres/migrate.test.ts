import { createPostgres, engineTitle, missingPostgres } from '@tollgate/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bytesOfCallId } from '../sql/ledger/call-id.ts';
import type { SqlDatabase } from '../sql/sql.ts';
import { usageEvent } from '../test-support/usage-event.ts';
import { inlineLedger } from '../test-support/with-ledger.ts';
import { migrate, schemaVersion } from './migrate.ts';
import { MIGRATIONS } from './migrations.ts';
import { createPostgresDatabase } from './postgres-database.ts';

const missing = await missingPostgres();

describe.skipIf(missing !== undefined)(engineTitle('the schema on PostgreSQL', missing), () => {
  let server: Awaited<ReturnType<typeof createPostgres>>;
  let open: SqlDatabase[];
  const connect = (): SqlDatabase => {
    const db = createPostgresDatabase({ url: server.url });
    open.push(db);
    return db;
  };

  beforeEach(async () => {
    open = [];
    server = await createPostgres();
  });
  afterEach(async () => {
    await Promise.all(open.map((db) => db.close()));
    await server[Symbol.asyncDispose]();
  });

  it('is made once by several gateways that start at once, and stays as it is at the next start', async () => {
    const gateways = Array.from({ length: 4 }, connect);

    const done = await Promise.all(gateways.map((db) => migrate(db)));

    expect(done.every(({ ok }) => ok)).toBe(true);
    const db = connect();
    expect(await schemaVersion(db)).toBe(MIGRATIONS.length);
    expect(await migrate(db)).toEqual({ ok: true, value: undefined });
    const [row] = await db.all('select count(*) as n from schema_version');
    expect(row?.['n']).toBe(BigInt(MIGRATIONS.length));
  });

  it('of a newer program is refused, and left alone', async () => {
    const db = connect();
    await migrate(db, [...MIGRATIONS, 'create table of_tomorrow (id text)']);

    const refused = await migrate(db);

    expect(refused).toMatchObject({
      ok: false,
      error: { detail: expect.stringContaining('was written by a newer Tollgate') },
    });
    expect(await schemaVersion(db)).toBe(MIGRATIONS.length + 1);
  });

  it('of an older program is brought up to date, from each of its steps', async () => {
    const db = connect();
    for (let count = 0; count <= MIGRATIONS.length; count += 1) {
      await migrate(db, MIGRATIONS.slice(0, count));
      expect(await schemaVersion(db)).toBe(count);
    }
    const ledger = inlineLedger(db);
    ledger.record(usageEvent());
    expect(await ledger.summary({ groupBy: [] })).toMatchObject([{ requests: 1 }]);
  });

  it('keeps its calls, and books further ones under the callers and routes that it has', async () => {
    const db = connect();
    const first = MIGRATIONS.findIndex((step) => step.includes('create table calls'));
    await migrate(db, MIGRATIONS.slice(0, first + 1));
    const { callId, startedAt, keyId, keyName, modelAsked } = usageEvent();
    await db.run(
      `insert into callers (key_id, key_name, user_id, team_id, organisation_id, governed_id,
         governed_external_id, governed_email, tags, face)
       values (?, ?, '', '', '', '', '', '', '', 'openai')`,
      ...[keyId, keyName],
    );
    await db.run(
      `insert into routes (model_asked, provider, model_served, service_tier)
       values (?, 'openai', ?, '')`,
      ...[modelAsked, modelAsked],
    );
    const [from, to] = [Date.UTC(2026, 10), Date.UTC(2026, 11)];
    await db.run(
      `create table calls_2026_11 partition of calls for values from (${from}) to (${to})`,
    );
    await db.run(
      `insert into calls (call_id, started_at, attempt, stream, caller, route, latency_ms,
         input_uncached, output_text, status, provenance) values (?, ?, 1, 0, 1, 1, 120, 10, 5, 'ok', 'provider')`,
      ...[bytesOfCallId(callId), startedAt],
    );

    for (let count = first + 2; count <= MIGRATIONS.length; count += 1) {
      await migrate(db, MIGRATIONS.slice(0, count));
    }

    const ledger = inlineLedger(db);
    expect(await ledger.find(callId)).toEqual(usageEvent({ callId }));
    ledger.record(usageEvent({ startedAt: startedAt + 1 }));
    await ledger.flush();
    expect(await db.all('select distinct caller, route from calls')).toHaveLength(1);
  });

  it('takes nothing of steps of which one fails', async () => {
    const db = connect();

    await expect(migrate(db, [...MIGRATIONS, 'create table broken (id nonsense)'])).rejects.toThrow(
      /nonsense/,
    );

    expect(await db.all("select 1 where to_regclass('calls') is not null")).toEqual([]);
    expect(await migrate(db)).toMatchObject({ ok: true });
  });

  it('keeps calls in a table for each month, made ahead and for whatever month comes', async () => {
    const db = connect();
    await migrate(db);
    const now = Date.UTC(2026, 10, 26);
    const [one, other] = [inlineLedger(db, { now: () => now }), inlineLedger(connect())];
    const late = usageEvent({ startedAt: Date.UTC(2027, 0, 1) - 1 });
    const old = usageEvent({ startedAt: Date.UTC(2019, 1, 28) });

    for (const ledger of [one, other]) {
      for (const event of [usageEvent(), late, old]) ledger.record(event);
    }
    await Promise.all([one.flush(), other.flush()]);

    const months = await db.all(
      `select tableoid::regclass::text as month, count(*) as calls from calls
       group by 1 order by 1`,
    );
    expect(months.map((row) => [row['month'], Number(row['calls'])])).toEqual([
      ['calls_2019_02', 1],
      ['calls_2026_11', 2],
      ['calls_2026_12', 1],
    ]);
    expect(await one.find(old.callId)).toEqual(old);
    const ids = (await one.recent({ limit: 2 })).map(({ callId }) => callId);
    expect(ids).toHaveLength(2);
    await db.run('alter table calls detach partition calls_2019_02');
    expect(await one.find(old.callId)).toBeUndefined();
    expect(await one.summary({ groupBy: [] })).toMatchObject([{ requests: 4 }]);
  });
});
