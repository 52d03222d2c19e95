import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelPrice } from '../pricing/model-price.ts';
import type { Budget } from './budget.ts';
import { type CallDoubt, concurrentOf, overshootOf, unseenOf, withDoubt } from './overshoot.ts';
import { parseBudget } from './parse-budget.ts';
import { createReservationBook } from './reservation-book.ts';
import { counterOf } from './window.ts';

const budget = (text: string): Budget => {
  const terms = parseBudget(text);
  if (!terms.ok) throw new Error(terms.error);
  return { ...terms.value, id: 'bud_1', scope: { kind: 'key', id: 'key_1' }, createdAt: 0 };
};

const price: ModelPrice = { base: { input: { uncached: 3, cacheRead: 1 }, output: { text: 15 } } };
const doubt: CallDoubt = {
  inputBytes: 300,
  maxOutputTokens: 5_000,
  held: { inputTokens: 100, outputTokens: 2_000, picoUsd: 100n * 3n + 2_000n * 15n },
  mayThink: true,
  isWatched: true,
  tokensPerSaidByte: 0.25,
  worst: undefined,
  price,
};
const learned = { tokensPerByte: 0.5, outputTokens: 4_000, tokensPerSaidByte: 0.5 };

describe('what is unseen of a call', () => {
  it('is nothing of requests, of calls at once and of hard budgets', () => {
    for (const text of ['5 requests/day', '5 concurrent', '5 tokens/day hard', '5 USD/day hard']) {
      expect(unseenOf(budget(text), doubt)).toBe(0n);
    }
  });

  it('is, of input, a token for each byte and the framing until enough calls were counted', () => {
    const input = budget('900 input tokens/day');
    expect(unseenOf(input, doubt)).toBe(1_300n - 100n);
    expect(unseenOf(input, { ...doubt, worst: learned })).toBe(150n - 100n);
  });

  it('is, of output, all that may be thought, or the largest share that was not seen before', () => {
    const output = budget('900 output tokens/day');
    expect(unseenOf(output, doubt)).toBe(5_000n - 2_000n);
    expect(unseenOf(output, { ...doubt, worst: { ...learned, outputTokens: 2_100 } })).toBe(100n);
    expect(unseenOf(output, { ...doubt, maxOutputTokens: undefined })).toBeUndefined();
  });

  it('is one piece of the network of a model that does not think', () => {
    const output = budget('900 output tokens/day');
    const plain = { ...doubt, mayThink: false, maxOutputTokens: undefined };
    expect(unseenOf(output, plain)).toBe(16_384n);
    expect(unseenOf(output, { ...plain, isWatched: false })).toBeUndefined();
    expect(unseenOf(budget('9 output tokens/day finish-running'), plain)).toBeUndefined();
  });

  it('is, of dollars, at the dearest price that it may come to', () => {
    const dollars = budget('5 USD/day');
    expect(unseenOf(dollars, doubt)).toBe(1_200n * 3n + 3_000n * 15n);
    const withAudio = { base: { ...price.base, output: { text: 15, audio: 90 } } };
    const plain = { ...doubt, mayThink: false, price: withAudio };
    expect(unseenOf(dollars, plain)).toBe(1_300n * 3n + 5_000n * 90n - 30_300n);
  });
});

describe('by how much a budget may be passed', () => {
  it('is the unseen share of the worst call, over the whole limit', () => {
    const doubts = withDoubt(undefined, { held: 40n, unseen: 10n });
    expect(overshootOf({ limit: 400n }, doubts)).toEqual({ perCall: 10n, total: 100n });
    expect(overshootOf({ limit: 400n }, withDoubt(doubts, { held: 400n, unseen: 20n }))).toEqual({
      perCall: 20n,
      total: 100n,
    });
  });

  it('is no more than so many calls add as may run at once', () => {
    const doubts = withDoubt(undefined, { held: 40n, unseen: 10n });
    const others = [budget('2 concurrent'), budget('7 concurrent'), budget('1 requests/day')];
    const concurrent = concurrentOf(budget('400 tokens/day'), others);
    expect(overshootOf({ limit: 400n }, doubts, concurrent)?.total).toBe(20n);
  });

  it('is not known where it is not known of one call', () => {
    const doubts = withDoubt(undefined, { held: 40n, unseen: undefined });
    expect(overshootOf({ limit: 400n }, doubts)).toBeUndefined();
    expect(
      overshootOf({ limit: 400n }, withDoubt(doubts, { held: 1n, unseen: 1n })),
    ).toBeUndefined();
    expect(overshootOf({ limit: 400n }, { worst: { held: 0n, unseen: 1n }, mostUnseen: 1n })).toBe(
      undefined,
    );
  });

  it('is not passed by any calls, however they come, are raised and end', () => {
    const call = fc.record({
      held: fc.bigInt(1n, 50n),
      raised: fc.bigInt(0n, 50n),
      unseen: fc.bigInt(0n, 60n),
    });
    fc.assert(
      fc.property(
        fc.array(call, { minLength: 1, maxLength: 60 }),
        fc.bigInt(1n, 500n),
        fc.infiniteStream(fc.nat({ max: 2 })),
        (calls, limit, choices) => {
          const counter = counterOf(budget('1 tokens/life'), 0);
          const book = createReservationBook();
          const lease = { now: 0, until: 1 };
          book.load([{ counter, spent: 0n, open: [] }], lease);
          const open: { id: string; amount: bigint; unseen: bigint }[] = [];
          const settleOne = (): void => {
            const one = open.shift();
            if (one === undefined) return;
            const amount = one.amount + one.unseen;
            book.settle(one.id, [{ budgetId: 'bud_1', windowStart: 0, amount }], 0);
          };
          let doubts: ReturnType<typeof withDoubt> | undefined;
          for (const [at, { held, raised, unseen }] of calls.entries()) {
            const claim = { counter, limit, amount: held, mayOutgrow: false };
            const id = String(at);
            if (book.reserve(id, [claim], lease).type === 'reserved') {
              doubts = withDoubt(doubts, { held, unseen });
              const more = { ...claim, amount: held + raised };
              const isRaised = book.extend(id, [more], 0).type === 'reserved';
              open.push({ id, amount: isRaised ? held + raised : held, unseen });
            }
            for (let ends = choices.next().value ?? 0; ends > 0; ends -= 1) settleOne();
          }
          while (open.length > 0) settleOne();

          const spent = book.standing(counter.id)?.spent ?? 0n;
          const bound = doubts === undefined ? 0n : (overshootOf({ limit }, doubts)?.total ?? 0n);
          expect(spent - limit).toBeLessThanOrEqual(bound);
        },
      ),
    );
  });
});
