import { cpSync } from 'node:fs';
import { engineTitle, missingPostgres, missingRedis } from '@tollgate/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { createPostgresDatabase } from '../src/adapters/postgres/postgres-database.ts';
import { createPostgresWriter } from '../src/adapters/postgres/postgres-ledger.ts';
import { tempDir } from '../src/adapters/test-support/temp-dir.ts';
import { usageEvent } from '../src/adapters/test-support/usage-event.ts';
import { sharedGateways } from './support/shared-gateways.ts';

const missing = (await missingPostgres()) ?? (await missingRedis());

const Made = z.object({ plaintext: z.string(), stored: z.object({ id: z.string() }) });

const chat = (model: string, stream = false) => ({
  model: `openai/${model}`,
  stream,
  messages: [{ role: 'user', content: 'Count.' }],
});

describe.skipIf(missing !== undefined)(engineTitle('several gateways', missing), () => {
  let shared: Awaited<ReturnType<typeof sharedGateways>>;
  beforeEach(async () => {
    shared = await sharedGateways((model) =>
      model.startsWith('slow') ? { words: 30, pauseMs: 100 } : { words: 5, pauseMs: 0 },
    );
  });
  afterEach(() => shared[Symbol.asyncDispose]());

  it('know within a second what keys another makes and revokes, and tell the same of usage', async () => {
    const [one, other] = [await shared.start(), await shared.start()];
    const made = await one.ask('/admin/v1/keys', { body: { name: 'app' } });
    const { plaintext, stored } = Made.parse(await made.json());

    expect(
      (await other.ask('/v1/chat/completions', { key: plaintext, body: chat('a') })).status,
    ).toBe(200);
    expect(
      (await one.ask('/v1/chat/completions', { key: plaintext, body: chat('b') })).status,
    ).toBe(200);
    await one.ask(`/admin/v1/keys/${stored.id}`, { method: 'DELETE' });
    await expect
      .poll(
        async () =>
          (await other.ask('/v1/chat/completions', { key: plaintext, body: chat('c') })).status,
        {
          timeout: 1_500,
        },
      )
      .toBe(401);

    const usages = [];
    for (const { app } of [one, other]) usages.push(await app.usage());
    for (const { app } of [one, other]) usages.push(await app.usage());
    expect(usages[2]).toEqual(usages[3]);
    expect(
      usages[2]?.filter(({ modelServed }) => modelServed === 'a' || modelServed === 'b'),
    ).toHaveLength(2);
  });

  it('are refused at start where one would count in its memory, or has another secret', async () => {
    await shared.start();

    await expect(shared.start({ storage: { shared: 'memory' } })).rejects.toThrow(
      /storage\.shared/,
    );
    await expect(shared.start({ secret: 'quite another secret' })).rejects.toThrow(
      /TOLLGATE_SECRET/,
    );
  });

  it('may be one alone that counts in its memory, and not two', async () => {
    const alone = await shared.start({ storage: { shared: 'memory' } });

    await expect(shared.start()).rejects.toThrow(/counts in its memory alone.*storage\.shared/);
    await alone.close();
    await shared.start();
  });

  it('book the calls of one that was killed, once, and those of one that lives never', async () => {
    const [one, other] = [await shared.start(), await shared.start()];
    const db = createPostgresDatabase({ url: shared.databaseUrl });
    const dead = createPostgresWriter(db, { instance: 'gw_dead' });
    const intent = { ...usageEvent(), estimate: { inputTokens: 3, outputTokens: 4 } };
    const at = Date.now();
    await dead.write({
      at,
      intents: [{ intent, claims: [] }],
      extended: [],
      withdrawn: [],
      events: [],
    });
    const slow = one.ask('/v1/chat/completions', { body: chat('slow') });

    await expect
      .poll(async () => (await other.app.usage()).map(({ callId }) => callId), { timeout: 12_000 })
      .toContain(intent.callId);
    expect((await slow).status).toBe(200);

    const usage = await one.app.usage();
    expect(usage.map(({ provenance, modelServed }) => [modelServed, provenance]).sort()).toEqual([
      ['gpt-4o-mini', 'interrupted'],
      ['slow', 'provider'],
    ]);
    expect(await db.all('select 1 from intents')).toEqual([]);
    await db.close();
  });

  it('leave the calls of one alone whose data folder another’s is a copy of', async () => {
    const one = await shared.start();
    const slow = one.ask('/v1/chat/completions', { body: chat('slow') });
    await expect.poll(() => shared.provider.calls.length).toBe(1);

    using folder = tempDir();
    cpSync(one.dataDir, folder.path, { recursive: true });
    const copy = await shared.start({ dataDir: folder.path });

    expect(await copy.app.usage()).toEqual([]);
    expect((await slow).status).toBe(200);
    expect(await one.app.usage()).toMatchObject([{ modelServed: 'slow', provenance: 'provider' }]);
    await copy.close();
  });

  for (const state of ['cut', 'hung'] as const) {
    it(`refuse new calls while PostgreSQL is ${state}, and book what ran when it is back, once`, async () => {
      const gateway = await shared.start();
      expect((await gateway.ask('/v1/chat/completions', { body: chat('before') })).status).toBe(
        200,
      );
      const running = await gateway.ask('/v1/chat/completions', { body: chat('slow', true) });
      shared.postgres.set(state);

      const refused = await gateway.ask('/v1/chat/completions', { body: chat('meanwhile') });
      expect(refused.status).toBe(503);
      expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
      expect(await running.text()).toContain('[DONE]');
      expect(await (await gateway.ask('/health', { key: 'none' })).text()).not.toMatch(
        /postgres:\/\/|127\.0/,
      );
      shared.postgres.set('open');

      await expect
        .poll(
          async () => (await gateway.ask('/v1/chat/completions', { body: chat('after') })).status,
          {
            timeout: 15_000,
          },
        )
        .toBe(200);
      const served = (await gateway.app.usage()).map(({ modelServed }) => modelServed);
      expect(served.filter((model) => model !== 'after').sort()).toEqual(['before', 'slow']);
      expect(shared.provider.calls.map(({ model }) => model)).not.toContain('meanwhile');
    }, 60_000);
  }

  it('leave to their next start, by the provider’s count, what PostgreSQL would not take', async () => {
    using folder = tempDir();
    // So long that no other gateway takes its calls for lost meanwhile.
    const storage = { deadAfterSeconds: 60 };
    const gateway = await shared.start({ dataDir: folder.path, storage });
    const running = await gateway.ask('/v1/chat/completions', { body: chat('slow', true) });
    shared.postgres.set('cut');
    expect(await running.text()).toContain('[DONE]');
    await gateway.close();
    shared.postgres.set('open');

    const next = await shared.start({ dataDir: folder.path, storage });

    expect(await next.app.usage()).toMatchObject([{ modelServed: 'slow', provenance: 'provider' }]);
    await next.close();
    const again = await shared.start({ dataDir: folder.path, storage });
    expect(await again.app.usage()).toHaveLength(1);
  }, 60_000);

  it('refuse money and let rates be while Redis is cut off, and say so', async () => {
    const gateway = await shared.start();
    const made = await gateway.ask('/admin/v1/keys', {
      body: { name: 'app', requestsPerMinute: 100 },
    });
    const { plaintext, stored } = Made.parse(await made.json());
    const ask = (key: string) => gateway.ask('/v1/chat/completions', { key, body: chat('a') });
    expect((await ask(plaintext)).status).toBe(200);
    shared.redis.set('cut');

    expect((await ask(plaintext)).status).toBe(200);
    const health = await (await gateway.ask('/health')).json();
    expect(health).toMatchObject({
      checks: {
        postgres: { status: 'healthy', pool: { open: expect.any(Number) } },
        redis: {
          status: 'degraded',
          error: expect.stringContaining('calls under a budget are refused'),
        },
      },
    });
    const db = createPostgresDatabase({ url: shared.databaseUrl });
    await db.run(
      `insert into budgets (id, scope_kind, scope_id, created_at, terms) values ('bud_1', 'key', ?, 0, '5 requests/day')`,
      stored.id,
    );
    await db.run("insert into revisions (name, value) values ('budgets', 1)");
    await db.close();
    await expect.poll(async () => (await ask(plaintext)).status, { timeout: 8_000 }).toBe(503);
    shared.redis.set('open');
    await expect.poll(async () => (await ask(plaintext)).status, { timeout: 8_000 }).toBe(200);
  });

  it('let no call wait for a Redis that hangs, once that is known, and count on when it is back', async () => {
    const gateway = await shared.start();
    const made = await gateway.ask('/admin/v1/keys', {
      body: { name: 'app', requestsPerMinute: 1_000 },
    });
    const { plaintext: key } = Made.parse(await made.json());
    const ask = () => gateway.ask('/v1/chat/completions', { key, body: chat('a') });
    expect((await ask()).status).toBe(200);
    shared.redis.set('hung');
    for (let at = 0; at < 3; at += 1) expect((await ask()).status).toBe(200);

    const before = performance.now();
    for (let at = 0; at < 5; at += 1) expect((await ask()).status).toBe(200);

    // Each would wait for a second.
    expect(performance.now() - before).toBeLessThan(3_000);
    expect(await (await gateway.ask('/health')).text()).toContain('no call waits for it meanwhile');
    shared.redis.set('open');
    await expect
      .poll(async () => (await gateway.ask('/health')).text(), { timeout: 15_000 })
      .toMatch(/"redis":\{"status":"healthy"/);
  }, 60_000);
});
