import { engineTitle, missingPostgres, missingRedis } from '@tollgate/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { tempDir } from '../src/adapters/test-support/temp-dir.ts';
import { run } from './support/run-command.ts';
import { type SharedGateway, sharedGateways } from './support/shared-gateways.ts';

const missing = (await missingPostgres()) ?? (await missingRedis());

const SECRET = 'one-secret-for-all-of-them';
const Rows = z.object({
  rows: z.array(
    z.object({ requests: z.number(), inputTokens: z.number(), outputTokens: z.number() }),
  ),
});

const EXPLAIN = '/admin/v1/keys/self/budgets?model=openai/slow';
const Explained = z.object({ budgets: z.array(z.object({ spent: z.string() })) });

describe.skipIf(missing !== undefined)(engineTitle('a late count', missing), () => {
  let shared: Awaited<ReturnType<typeof sharedGateways>>;
  beforeEach(async () => {
    shared = await sharedGateways(() => ({ words: 80, pauseMs: 100 }));
  });
  afterEach(() => shared[Symbol.asyncDispose]());

  const BOOKED = { timeout: 8_000 };
  const ask = (gateway: SharedGateway) =>
    gateway.ask('/v1/chat/completions', {
      body: {
        model: 'openai/slow',
        stream: true,
        messages: [{ role: 'user', content: 'Count.' }],
      },
    });
  const provenances = async ({ app }: SharedGateway) =>
    (await app.usage()).map(({ provenance }) => provenance);

  const withBudgets = async (gateway: SharedGateway): Promise<void> => {
    for (const budget of ['1000000 tokens/day', '100 requests/day']) {
      const scope = { kind: 'model', id: 'openai/*' };
      const made = await gateway.ask('/admin/v1/budgets', { body: { scope, budget } });
      expect(made.status).toBe(201);
    }
  };

  /** By its own provider's count, the estimate and its correction together; and nothing is wrong. */
  const expectCorrected = async (gateway: SharedGateway): Promise<void> => {
    const [counted] = shared.provider.calls;
    const summary = async () =>
      Rows.parse(await (await gateway.ask('/admin/v1/usage?groupBy=model')).json()).rows;
    await expect
      .poll(summary, BOOKED)
      .toEqual([
        { requests: 1, inputTokens: counted?.inputTokens, outputTokens: counted?.outputTokens },
      ]);
    const tokens = (counted?.inputTokens ?? 0) + (counted?.outputTokens ?? 0);
    const spent = async () =>
      Explained.parse(await (await gateway.ask(EXPLAIN)).json()).budgets.map((one) => one.spent);
    await expect.poll(spent, BOOKED).toEqual([String(tokens), '1']);
    using folder = tempDir();
    const audit = await run(folder.path, 'audit --json', {
      TOLLGATE_LEDGER: shared.databaseUrl,
      TOLLGATE_SECRET: SECRET,
    });
    expect(JSON.parse(audit.out)).toMatchObject({ calls: 2, differences: [] });
  };

  it('of a gateway that was cut off and taken for dead corrects the estimate that others booked', async () => {
    const cutOff = await shared.start({ secret: SECRET });
    const other = await shared.start({
      secret: SECRET,
      storage: { ledger: shared.databaseUrl },
    });
    await withBudgets(cutOff);
    const reply = await ask(cutOff);
    expect(reply.status).toBe(200);
    shared.postgres.set('cut');
    await expect.poll(() => provenances(other), BOOKED).toEqual(['interrupted']);

    shared.postgres.set('open');
    expect(await reply.text()).toContain('[DONE]');

    await expectCorrected(other);
  }, 60_000);

  it('of a gateway that ended before it could book, corrects it with its next start', async () => {
    using folder = tempDir();
    const cutOff = await shared.start({ secret: SECRET, dataDir: folder.path });
    const other = await shared.start({
      secret: SECRET,
      storage: { ledger: shared.databaseUrl },
    });
    await withBudgets(cutOff);
    const reply = await ask(cutOff);
    shared.postgres.set('cut');
    expect(await reply.text()).toContain('[DONE]');
    await cutOff.close();
    await expect.poll(() => provenances(other), BOOKED).toEqual(['interrupted']);
    shared.postgres.set('open');

    await shared.start({ secret: SECRET, dataDir: folder.path });

    await expectCorrected(other);
  }, 60_000);
});
