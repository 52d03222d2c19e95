import { type Budget, counterOf } from '@tollgate/core/budgets';
import { describe, expect, it } from 'vitest';
import { createSqlBudgetStore } from '../src/adapters/sql/budget-store.ts';
import { createSqlSpentStore } from '../src/adapters/sql/spent-store.ts';
import { openDatabase } from '../src/adapters/sqlite/open-database.ts';
import { createSqliteDatabase } from '../src/adapters/sqlite/sqlite-database.ts';
import { countingGateways, INPUT_PRICE, MODEL, OUTPUT_PRICE } from './support/counting-gateway.ts';
import { explainedTo } from './support/explained-budgets.ts';
import { ask, FACES } from './support/four-faces.ts';
import { storeBudgets } from './support/with-budgets.ts';

const { gateway } = countingGateways();

/** What the ledger in a data folder says, beside the gateway that holds it. */
async function inLedger<T>(
  dataDir: string,
  look: (stores: {
    readonly budgets: readonly Budget[];
    readonly spent: ReturnType<typeof createSqlSpentStore>;
  }) => Promise<T>,
): Promise<T> {
  const opened = openDatabase(dataDir);
  if (!opened.ok) throw new Error(opened.error.detail);
  const db = createSqliteDatabase(opened.value);
  try {
    const budgets = await createSqlBudgetStore(db).list();
    return await look({
      budgets,
      spent: createSqlSpentStore(db, { find: async () => undefined }),
    });
  } finally {
    await db.close();
  }
}

describe('the books of a budget', () => {
  it('are what the provider counted, on every face, streamed or not', async () => {
    const { harness, provider } = await gateway({
      words: 7,
      budgets: ['1000 requests/day', '100000 tokens/day', '5 USD/month', '5 concurrent'],
    });
    for (const face of FACES) {
      await ask(harness, face, { model: MODEL, stream: true });
      await ask(harness, face, { model: MODEL, stream: false });
    }
    await harness.usage();

    const figures = await inLedger(harness.dataDir, async ({ budgets, spent }) => {
      const told = await spent.figures(budgets.map((one) => counterOf(one, Date.now())));
      const measures = new Map(budgets.map(({ id, measure }) => [id, measure]));
      return Object.fromEntries(
        told.map(({ counter, ...rest }) => [measures.get(counter.budgetId), rest]),
      );
    });

    const input = provider.calls.reduce((sum, { inputTokens }) => sum + inputTokens, 0);
    const output = provider.calls.reduce((sum, { outputTokens }) => sum + outputTokens, 0);
    expect(provider.calls).toHaveLength(8);
    expect(figures).toEqual({
      requests: { spent: 8n, open: [] },
      tokens: { spent: BigInt(input + output), open: [] },
      usd: { spent: BigInt(input) * INPUT_PRICE + BigInt(output) * OUTPUT_PRICE, open: [] },
      concurrent: { spent: 0n, open: [] },
    });
  });

  it('explain themselves beforehand, those without room first', async () => {
    const { harness } = await gateway({ words: 7, budgets: ['1000 tokens/day', '1 requests/day'] });
    await ask(harness, 'openai', { model: MODEL, stream: false });
    await harness.usage();

    const explained = await explainedTo(harness, harness.keys.member, {
      inputTokens: 10,
      outputTokens: 20,
    });

    expect(explained).toMatchObject([
      { terms: '1 requests/day', spent: '1', left: '0', asked: '1', hasRoom: false },
      { terms: '1000 tokens/day', spent: '107', left: '893', asked: '30', hasRoom: true },
    ]);
    expect(explained[0]?.resetAt).toBeGreaterThan(Date.now());
  });
});

it('a budget holds from the call after it was made on, also while others look at budgets', async () => {
  const { harness } = await gateway({ words: 1, budgets: [] });
  const call = () => ask(harness, 'openai', { model: MODEL, stream: false });
  await call();
  const others = Promise.all(Array.from({ length: 20 }, call));

  await harness
    .request()
    .post('/admin/v1/budgets')
    .set('authorization', `Bearer ${harness.keys.admin}`)
    .send({ scope: { kind: 'model', id: MODEL }, budget: '0 requests/life' })
    .expect(201);
  const refused = await Promise.all(Array.from({ length: 10 }, call));

  expect(refused.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 429));
  await others;
});

it('a budget that another process makes is seen soon', async () => {
  const { harness } = await gateway({ words: 1, budgets: [] });
  const status = async () => (await ask(harness, 'openai', { model: MODEL, stream: false })).status;
  expect(await status()).toBe(200);

  await storeBudgets(harness.dataDir, ['0 requests/life']);

  await expect.poll(status, { timeout: 5_000 }).toBe(429);
});
