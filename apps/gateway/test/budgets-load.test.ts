import { BudgetWire, pageOf } from '@tollgate/core/directory';
import { parseUsd } from '@tollgate/core/pricing';
import { describe, expect, it } from 'vitest';
import { countingGateways, MODEL, OUTPUT_PRICE, PICO } from './support/counting-gateway.ts';
import { send } from './support/directory-scene.ts';
import { explainedTo } from './support/explained-budgets.ts';
import { ask, FACES, type Face } from './support/four-faces.ts';

const { gateway } = countingGateways();

const BudgetsWire = pageOf(BudgetWire);

const picoUsd = (dollars: string | undefined): bigint => {
  const parsed = parseUsd(dollars ?? '');
  if (parsed === undefined) throw new Error(`no dollars: "${dollars}"`);
  return parsed;
};

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const faceOf = (at: number): Face => FACES[at % FACES.length] ?? 'openai';

describe('a thousand calls at once, on four faces', () => {
  it('reach the provider a hundred times under a budget of a hundred requests', async () => {
    const { provider, harness } = await gateway({ words: 5, budgets: ['100 requests/day'] });

    const replies = await Promise.all(
      Array.from({ length: 1_000 }, (_, at) =>
        ask(harness, faceOf(at), { model: MODEL, maxTokens: 50, stream: at % 8 < 4 }),
      ),
    );

    expect(provider.calls).toHaveLength(100);
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(100);
    expect(replies.filter(({ status }) => status === 429)).toHaveLength(900);
  }, 120_000);

  it('never pass a hard budget in dollars', async () => {
    const { harness, spent, provider } = await gateway({
      words: 40,
      budgets: ['0.1 USD/day hard'],
    });

    const replies = await Promise.all(
      Array.from({ length: 1_000 }, (_, at) =>
        ask(harness, faceOf(at), { model: MODEL, maxTokens: 50, stream: at % 8 < 4 }),
      ),
    );

    expect(spent()).toBeLessThanOrEqual(PICO / 10n);
    expect(provider.calls.length).toBeGreaterThan(10);
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200, 402]));
  }, 120_000);

  it('pass one in dollars by no more than the bound that is shown', async () => {
    const { harness, spent } = await gateway({
      words: 150,
      thoughts: 250,
      budgets: ['0.5 USD/day'],
    });
    const call = { inputTokens: 10, maxOutputTokens: 400 };
    const [before] = await explainedTo(harness, harness.keys.member, call);

    await Promise.all(
      Array.from({ length: 1_000 }, (_, at) =>
        ask(harness, faceOf(at), { model: MODEL, maxTokens: 400, stream: at % 8 < 4 }),
      ),
    );

    const listed = { method: 'GET', path: '/admin/v1/budgets' };
    const { body } = await send(harness, harness.keys.admin, listed);
    const shown = BudgetsWire.parse(body).items[0]?.mayPassBy;
    const limit = PICO / 2n;
    const over = spent() - limit;
    print(
      `overshoot ${over} pico-dollars; shown beforehand ${before?.overshoot?.total} dollars, of what came ${shown}`,
    );
    expect(over).toBeLessThanOrEqual(picoUsd(shown));
    expect(over).toBeLessThanOrEqual(picoUsd(before?.overshoot?.total));
    expect(spent()).toBeGreaterThan((limit * 8n) / 10n);
  }, 120_000);
});

describe('fifty agents that may write 64,000 tokens and write 300', () => {
  it('are refused by a budget of 20 dollars only when it is spent', async () => {
    const { harness, spent, provider } = await gateway({ words: 300, budgets: ['20 USD/month'] });
    const rounds = 6;
    let refused = 0;

    const agent = async (at: number): Promise<void> => {
      for (let round = 0; round < rounds; round += 1) {
        const { status } = await ask(harness, faceOf(at), {
          model: MODEL,
          maxTokens: 64_000,
          stream: round % 2 === 0,
        });
        if (status !== 200) refused += 1;
      }
    };
    await Promise.all(Array.from({ length: 50 }, (_, at) => agent(at)));

    const total = 50 * rounds;
    // Held at its ceiling, a call would take 0.64 dollars: 31 at a time.
    const worst = 50 - Math.floor(Number((20n * PICO) / (64_000n * OUTPUT_PRICE)));
    print(
      `falsely refused: ${refused} of ${total} calls; by the worst case, ${worst} of 50 at a time`,
    );
    expect(spent()).toBeLessThan(20n * PICO);
    expect(provider.calls).toHaveLength(total);
    expect(refused).toBe(0);
  }, 120_000);
});
