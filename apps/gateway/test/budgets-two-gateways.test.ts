import { engineTitle, missingPostgres, missingRedis } from '@tollgate/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { INPUT_PRICE, MODEL, OUTPUT_PRICE, PICO } from './support/counting-gateway.ts';
import { ask, FACES } from './support/four-faces.ts';
import { type SharedGateway, sharedGateways } from './support/shared-gateways.ts';

const missing = (await missingPostgres()) ?? (await missingRedis());

const Made = z.object({ plaintext: z.string(), stored: z.object({ id: z.string() }) });

const title = 'a thousand calls at once, on four faces of two gateways';
describe.skipIf(missing !== undefined)(engineTitle(title, missing), () => {
  let shared: Awaited<ReturnType<typeof sharedGateways>>;
  beforeEach(async () => {
    shared = await sharedGateways(() => ({ words: 40, pauseMs: 0 }));
  });
  afterEach(() => shared[Symbol.asyncDispose]());

  /** The status of each of a thousand calls under a key with this budget. */
  const askAll = async (budget: string): Promise<readonly number[]> => {
    const first = await shared.start();
    const made = await first.ask('/admin/v1/keys', { body: { name: 'app' } });
    const { plaintext: member, stored } = Made.parse(await made.json());
    const scope = { kind: 'key', id: stored.id };
    const kept = await first.ask('/admin/v1/budgets', { body: { scope, budget } });
    expect(kept.status).toBe(201);
    // Started after it was made: it knows of it.
    const gateways: readonly SharedGateway[] = [first, await shared.start()];
    const replies = await Promise.all(
      Array.from({ length: 1_000 }, (_, at) =>
        ask(
          { url: gateways[at % 2]?.url ?? '', keys: { member } },
          FACES[(at >> 1) % FACES.length] ?? 'openai',
          { model: MODEL, maxTokens: 50, stream: at % 16 < 8 },
        ),
      ),
    );
    return replies.map(({ status }) => status);
  };
  const spent = (): bigint =>
    shared.provider.calls.reduce(
      (sum, { inputTokens, outputTokens }) =>
        sum + BigInt(inputTokens) * INPUT_PRICE + BigInt(outputTokens) * OUTPUT_PRICE,
      0n,
    );

  it('reach the provider a hundred times under a budget of a hundred requests', async () => {
    const statuses = await askAll('100 requests/day');

    expect(shared.provider.calls).toHaveLength(100);
    expect(statuses.filter((status) => status === 200)).toHaveLength(100);
    expect(statuses.filter((status) => status === 429)).toHaveLength(900);
  }, 120_000);

  it('never pass a hard budget in dollars', async () => {
    const statuses = await askAll('0.1 USD/day hard');

    expect(spent()).toBeLessThanOrEqual(PICO / 10n);
    expect(shared.provider.calls.length).toBeGreaterThan(10);
    expect(new Set(statuses)).toEqual(new Set([200, 402]));
  }, 120_000);
});
