import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BudgetTerms, DEFAULT_THRESHOLDS, MEASURES, PERIODS } from './budget.ts';
import { parseBudget } from './parse-budget.ts';
import { showBudget } from './show-budget.ts';

const plain: BudgetTerms = {
  measure: 'requests',
  limit: 100n,
  per: 'day',
  timeZone: 'UTC',
  isHard: false,
  onExhausted: { type: 'refuse' },
  allowsUnpriced: false,
  thresholds: DEFAULT_THRESHOLDS,
};

const problemOf = (text: string): string => {
  const parsed = parseBudget(text);
  return parsed.ok ? 'no problem' : parsed.error;
};

describe('a budget’s text', () => {
  it.each<[string, Partial<BudgetTerms>]>([
    ['100 requests/day', {}],
    ['1 request / day', { limit: 1n }],
    ['100 requests per day', {}],
    ['1_000_000 tokens/month', { measure: 'tokens', limit: 1_000_000n, per: 'month' }],
    ['5 cache read tokens/week', { measure: 'cache read tokens', limit: 5n, per: 'week' }],
    ['20 USD/month', { measure: 'usd', limit: 20_000_000_000_000n, per: 'month' }],
    ['0.5 dollars/life', { measure: 'usd', limit: 500_000_000_000n, per: 'life' }],
    ['5 concurrent', { measure: 'concurrent', limit: 5n, per: 'life' }],
    ['0 requests/day', { limit: 0n }],
    ['100 requests/day hard in Europe/Berlin', { isHard: true, timeZone: 'Europe/Berlin' }],
    ['100 requests/day in US/Eastern hard', { isHard: true, timeZone: 'US/Eastern' }],
    ['100 requests/day finish-running', { onExhausted: { type: 'finish-running' } }],
    [
      '100 requests/day cheaper:ollama/qwen3:8b unpriced',
      { onExhausted: { type: 'cheaper', model: 'ollama/qwen3:8b' }, allowsUnpriced: true },
    ],
    ['100 requests/day warn:90,10', { thresholds: [10, 90] }],
    ['100 requests/day warn:never', { thresholds: [] }],
  ])('%s is read', (text, terms) => {
    expect(parseBudget(text)).toEqual({ ok: true, value: { ...plain, ...terms } });
  });

  it.each([
    ['', 'it is empty'],
    ['many requests/day', 'it begins with "many", not with a number'],
    ['100', 'does not say what "100" counts'],
    ['-5 requests/day', '-5 is negative'],
    ['1.5 requests/day', '1.5 is not whole, and requests are'],
    ['1,000 requests/day', '"1,000" is no number: write its digits alone, as 1000000'],
    ['1e9 requests/day', '"1e9" is no number'],
    ['1000000000000000 requests/day', 'more than a budget can be, 999999999999999'],
    ['9000001 USD/day', 'more than a budget can be, 9000000'],
    [`${'9'.repeat(190)} USD/day`, 'more than a budget can be'],
    ['9'.repeat(201), 'at most 200 characters, this one has 201'],
    ['0.0000000000001 USD/day', 'finer than 12 decimals'],
    ['100 requets/day', '"requets" is not known; did you mean "requests"?'],
    ['100 EUR/day', 'did you mean one of requests, tokens'],
    ['100 EUR/day', 'concurrent? Examples'],
    ['100 requests', '"requests" has no period; add one of /minute, hour, day'],
    ['100 requests/fortnight', '"fortnight" is no period; use one of minute'],
    ['100 requests/day/week', '"day/week" is no period'],
    ['5 concurrent/day', 'counts calls that run now, so it has no period'],
    ['100 requests/day in Berlin', 'did you mean Europe/Berlin?'],
    ['100 requests/day in Europe/Berlim', 'did you mean Europe/Berlin?'],
    ['100 requests/day in +02:00', 'use a name such as Europe/Berlin'],
    ['100 requests/day in', '"in" does not say which time zone'],
    ['100 requests/day cheaper:', 'does not say which model'],
    ['100 requests/day hard softly', '"softly" is not known; after the period may come hard'],
    ['100 requests/day warn:0,200', 'holds no list of percentages'],
  ])('%j is refused with the reason and examples', (text, why) => {
    expect(problemOf(text)).toContain(why);
    expect(problemOf(text)).toContain('"20 USD/month"');
  });

  it('reads as it is shown', () => {
    const terms = fc.record<BudgetTerms>({
      measure: fc.constantFrom(...MEASURES),
      limit: fc.bigInt(0n, 999_999_999_999_999n),
      per: fc.constantFrom(...PERIODS),
      timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'Asia/Kolkata'),
      isHard: fc.boolean(),
      onExhausted: fc.constantFrom<BudgetTerms['onExhausted']>(
        { type: 'refuse' },
        { type: 'finish-running' },
        { type: 'cheaper', model: 'sim/chat' },
      ),
      allowsUnpriced: fc.boolean(),
      thresholds: fc
        .uniqueArray(fc.integer({ min: 1, max: 100 }), { maxLength: 5 })
        .map((all) => all.sort((one, other) => one - other)),
    });
    fc.assert(
      fc.property(terms, (made) => {
        const value = made.measure === 'concurrent' ? { ...made, per: 'life' as const } : made;
        expect(parseBudget(showBudget(value))).toEqual({ ok: true, value });
      }),
    );
  });

  it('never throws, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        expect(typeof parseBudget(text).ok).toBe('boolean');
      }),
    );
  });
});
