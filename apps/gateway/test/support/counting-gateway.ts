import { BookkeepingProvider, createHarness } from '@tollgate/testkit';
import { afterEach } from 'vitest';
import { createApp } from '../../src/create-app.ts';
import { type BudgetList, withBudgets } from './with-budgets.ts';

export const MODEL = 'openai/counted';
/** Pico-dollars a token, as configured. */
export const INPUT_PRICE = 1_000_000n;
export const OUTPUT_PRICE = 10_000_000n;
/** Pico-dollars of a dollar. */
export const PICO = 1_000_000_000_000n;

export interface Plan {
  readonly budgets: BudgetList;
  /** How many words each answer has. */
  readonly words: number;
  /** How many tokens it thought beside them, and shows to nobody. */
  readonly thoughts?: number;
  /** Between two words. */
  readonly pauseMs?: number;
}

/** Makes apps before a provider that keeps books; each test's are closed after it. */
export function countingGateways() {
  const opened: AsyncDisposable[] = [];
  afterEach(async () => {
    for (const one of opened.splice(0).reverse()) await one[Symbol.asyncDispose]();
  });

  const gateway = async ({ budgets, words, pauseMs = 0, thoughts = 0 }: Plan) => {
    const provider = await BookkeepingProvider.start({
      plan: () => ({ words, pauseMs, thoughts }),
    });
    opened.push(provider);
    const harness = await createHarness(createApp, {
      settings: {
        config: {
          providers: { openai: { baseUrl: `${provider.url}/v1`, dialect: 'openai-chat' } },
          prices: { [MODEL]: { inputUsdPerMTok: 1, outputUsdPerMTok: 10 } },
        },
      },
      closeDeadlineMs: 30_000,
    });
    opened.push(harness);
    await withBudgets(harness, budgets);
    /** By the provider's books, in pico-dollars. */
    const spent = (): bigint =>
      provider.calls.reduce(
        (sum, { inputTokens, outputTokens }) =>
          sum + BigInt(inputTokens) * INPUT_PRICE + BigInt(outputTokens) * OUTPUT_PRICE,
        0n,
      );
    return { provider, harness, spent };
  };
  return { gateway };
}
