import {
  createOwnPostgres,
  engineTitle,
  missingPostgres,
  missingRedis,
  type OwnPostgres,
} from '@tollgate/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createPostgresDatabase,
  type PostgresDatabase,
} from '../src/adapters/postgres/postgres-database.ts';
import { createPostgresWriter } from '../src/adapters/postgres/postgres-ledger.ts';
import { auditBooks } from '../src/adapters/sql/audit/audit-books.ts';
import { createSqlBudgetStore } from '../src/adapters/sql/budget-store.ts';
import { usageEvent } from '../src/adapters/test-support/usage-event.ts';
import { sharedGateways } from './support/shared-gateways.ts';

const missing = (await missingPostgres()) ?? (await missingRedis());

const chat = (model: string, stream = false) => ({
  model: `openai/${model}`,
  stream,
  messages: [{ role: 'user', content: 'Count.' }],
});

const WORDS = 20;

/** As its server says when no disk is left: there is no other way to fill one of a server that others use. */
const NO_DISK = `create or replace function no_disk() returns trigger language plpgsql as
  $$ begin raise exception 'no space left on device' using errcode = 'disk_full'; end $$`;

async function setFull(db: PostgresDatabase, isFull: boolean): Promise<void> {
  await db.run(NO_DISK);
  for (const table of ['intents', 'calls']) {
    const how = 'for each row execute function no_disk()';
    await db.run(
      isFull
        ? `create trigger no_disk before insert on ${table} ${how}`
        : `drop trigger no_disk on ${table}`,
    );
  }
}

interface Fault {
  readonly name: string;
  readonly told: RegExp;
  set(database: OwnPostgres, db: PostgresDatabase, isFaulty: boolean): Promise<unknown>;
}

const FAULTS: readonly Fault[] = [
  {
    name: 'read-only',
    told: /PostgreSQL refuses \(read-only\)/,
    set: (database, _db, isFaulty) => database.setReadOnly(isFaulty),
  },
  {
    name: 'full',
    told: /PostgreSQL refuses \(no disk/,
    set: (_database, db, isFaulty) => setFull(db, isFaulty),
  },
];

describe.skipIf(missing !== undefined)(engineTitle('a ledger in PostgreSQL', missing), () => {
  let database: OwnPostgres;
  let shared: Awaited<ReturnType<typeof sharedGateways>>;
  let db: PostgresDatabase;
  beforeEach(async () => {
    database = await createOwnPostgres();
    shared = await sharedGateways(
      (model) => (model === 'slow' ? { words: WORDS, pauseMs: 100 } : { words: 5, pauseMs: 0 }),
      database,
    );
    db = createPostgresDatabase({ url: database.url });
  });
  afterEach(async () => {
    await db.close();
    await shared[Symbol.asyncDispose]();
  });

  const differences = async () => {
    const budgets = await createSqlBudgetStore(db).list();
    return (await auditBooks(db, { budgets })).differences;
  };

  it.each(FAULTS)(
    'that is $name takes no new call, and books what ran at its provider’s count when it is over',
    async ({ told, set }) => {
      const gateway = await shared.start();
      const ask = (model: string) => gateway.ask('/v1/chat/completions', { body: chat(model) });
      expect((await ask('before')).status).toBe(200);
      const running = await gateway.ask('/v1/chat/completions', { body: chat('slow', true) });
      await set(database, db, true);

      await expect.poll(async () => (await ask('meanwhile')).status).toBe(503);
      const refused = await ask('meanwhile');
      expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
      const health = async () => (await gateway.ask('/health')).text();
      await expect.poll(health, { timeout: 5_000 }).toMatch(told);
      expect(await running.text()).toContain('[DONE]');
      await set(database, db, false);

      await expect.poll(async () => (await ask('after')).status, { timeout: 10_000 }).toBe(200);
      const usage = await gateway.app.usage();
      expect(usage.filter(({ modelServed }) => modelServed === 'slow')).toMatchObject([
        { provenance: 'provider', outputTokens: WORDS },
      ]);
      expect(await differences()).toEqual([]);
    },
    60_000,
  );

  it('has each call of a killed gateway once, though two that start find all of them at once', async () => {
    await (await shared.start()).close();
    const budget = { kind: 'model', id: 'openai/*' };
    await db.run(
      `insert into budgets (id, scope_kind, scope_id, created_at, terms) values ('bud_1', ?, ?, 0, '1000 requests/life')`,
      budget.kind,
      budget.id,
    );
    const dead = createPostgresWriter(db, { instance: 'gw_dead' });
    const intents = Array.from({ length: 150 }, (_, at) => {
      const callId = `0199e9a0-0000-7000-8000-${String(at).padStart(12, '0')}`;
      const estimate = { inputTokens: 3, outputTokens: 4 };
      const claims = [{ budgetId: 'bud_1', windowStart: 0, amount: '1' }];
      return { intent: { ...usageEvent({ callId, provider: 'openai' }), estimate }, claims };
    });
    const at = Date.now();
    await dead.write({ at, intents, extended: [], withdrawn: [], events: [] });
    await db.run("delete from instances where id = 'gw_dead'");

    const [one, other] = await Promise.all([shared.start(), shared.start()]);

    const usage = await one.app.usage();
    expect(new Set(usage.map(({ callId }) => callId)).size).toBe(150);
    expect(usage).toHaveLength(150);
    expect(await other.app.usage()).toEqual(usage);
    expect(
      await db.all("select millions, rest from budget_spend where budget_id = 'bud_1'"),
    ).toEqual([{ millions: 0n, rest: 150n }]);
    expect(await differences()).toEqual([]);
  }, 60_000);
});
