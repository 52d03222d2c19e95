import { describe, expect, it } from 'vitest';
import type { UsageEvent } from '../usage/usage-event.ts';
import { type Budget, type BudgetScope, DEFAULT_THRESHOLDS, MEASURES } from './budget.ts';
import { budgetsFor, factsOf, indexBudgets } from './budgets-for.ts';
import { chargeOf } from './charge.ts';
import { claimsFor } from './claims.ts';

const event: UsageEvent = {
  callId: 'call_1',
  startedAt: Date.UTC(2026, 10, 26, 12),
  keyId: 'key_1',
  keyName: 'app',
  userId: 'user_1',
  teamId: 'team_1',
  organisationId: 'org_1',
  tags: ['batch', 'nightly'],
  face: 'openai',
  modelAsked: 'fast',
  provider: 'openai',
  modelSent: 'gpt-4o',
  modelServed: 'gpt-4o-2024-08-06',
  stream: false,
  attempt: 1,
  usage: {
    input: { uncached: 100, cacheRead: 20, cacheWrite5m: 3, cacheWrite1h: 4, audio: 5, image: 6 },
    output: { text: 1000, reasoning: 200, audio: 30, image: 40 },
    provenance: 'provider',
  },
  cost: { picoUsd: '12345', priceId: 'p' },
  status: 'ok',
  latencyMs: 1,
  losses: [],
};

const budget = (fields: Partial<Budget>): Budget => ({
  id: 'bud_1',
  scope: { kind: 'key', id: 'key_1' },
  createdAt: 0,
  measure: 'requests',
  limit: 10n,
  per: 'day',
  timeZone: 'UTC',
  isHard: false,
  onExhausted: { type: 'refuse' },
  allowsUnpriced: false,
  thresholds: DEFAULT_THRESHOLDS,
  ...fields,
});

describe('what a booked row is charged', () => {
  it('is counted by each measure', () => {
    const charges = MEASURES.map((measure) => [measure, chargeOf({ measure }, event)]);
    expect(Object.fromEntries(charges)).toEqual({
      requests: 1n,
      tokens: 1408n,
      'input tokens': 138n,
      'uncached input tokens': 100n,
      'cache read tokens': 20n,
      'cache write tokens': 7n,
      'output tokens': 1270n,
      'reasoning tokens': 200n,
      'audio tokens': 35n,
      'image tokens': 46n,
      usd: 12345n,
      concurrent: 0n,
    });
  });

  it('is one request and nothing else where nothing was spent, or nobody knows its price', () => {
    const cost = { picoUsd: null, reason: 'no price for the model' };
    expect(chargeOf({ measure: 'usd' }, { cost })).toBe(0n);
    expect(chargeOf({ measure: 'tokens' }, {})).toBe(0n);
    expect(chargeOf({ measure: 'requests' }, {})).toBe(1n);
  });
});

describe('the budgets that a call counts for', () => {
  it.each<BudgetScope>([
    { kind: 'key', id: 'key_1' },
    { kind: 'user', id: 'user_1' },
    { kind: 'team', id: 'team_1' },
    { kind: 'organisation', id: 'org_1' },
    { kind: 'tag', id: 'nightly' },
    { kind: 'model', id: 'fast' },
    { kind: 'model', id: 'gpt-4o' },
    { kind: 'model', id: 'openai/gpt-4*' },
    { kind: 'model', id: '*' },
  ])('are those of its $kind $id', (scope) => {
    expect(budgetsFor([budget({ scope })], factsOf(event))).toHaveLength(1);
  });

  it.each<BudgetScope>([
    { kind: 'key', id: 'key_2' },
    { kind: 'user', id: 'key_1' },
    { kind: 'team', id: 'team_2' },
    { kind: 'organisation', id: 'org_2' },
    { kind: 'tag', id: 'night' },
    { kind: 'model', id: 'azure/gpt-4o' },
    { kind: 'model', id: 'gpt-4o-2024-08-06' },
  ])('are not those of $kind $id', (scope) => {
    expect(budgetsFor([budget({ scope })], factsOf(event))).toEqual([]);
  });

  it('are found the same in an index of many', () => {
    const kinds = ['key', 'user', 'team', 'organisation', 'model', 'tag'] as const;
    const ids = ['key_1', 'user_1', 'team_1', 'org_1', 'nightly', 'fast', 'gpt-4o', 'openai/*'];
    const all = kinds.flatMap((kind) => ids.map((id) => budget({ id, scope: { kind, id } })));
    const sorted = (some: readonly Budget[]) => [...some].map(({ id }) => id).sort();

    const found = indexBudgets(all)(factsOf(event));

    expect(sorted(found)).toEqual(sorted(budgetsFor(all, factsOf(event))));
    expect(found).toHaveLength(8);
    expect(indexBudgets([])(factsOf(event))).toEqual([]);
  });

  it('were there when it was admitted', () => {
    const late = budget({ createdAt: event.startedAt + 1 });
    expect(budgetsFor([late], factsOf(event))).toEqual([]);
  });
});

describe('what a call claims', () => {
  const estimate = {
    call: factsOf(event),
    likely: { inputTokens: 10, outputTokens: 20, picoUsd: 5n },
    ceiling: { inputTokens: 100, outputTokens: 200, picoUsd: 50n },
  };
  const amounts = (fields: Partial<Budget>): readonly bigint[] =>
    claimsFor([budget(fields)], estimate).map(({ amount }) => amount);

  it('is what it will likely cost, and of a hard budget all that it may', () => {
    expect(amounts({ measure: 'usd' })).toEqual([5n]);
    expect(amounts({ measure: 'usd', isHard: true })).toEqual([50n]);
    expect(amounts({ measure: 'tokens' })).toEqual([30n]);
    expect(amounts({ measure: 'output tokens', isHard: true })).toEqual([200n]);
    expect(amounts({ measure: 'requests', isHard: true })).toEqual([1n]);
    expect(amounts({ measure: 'concurrent' })).toEqual([1n]);
  });

  it('is not held against a budget that names its model in place of a refusal', () => {
    const onExhausted = { type: 'cheaper', model: 'openai/gpt-4o' } as const;
    const [claim] = claimsFor([budget({ onExhausted })], estimate);
    expect(claim?.limit).toBeGreaterThan(2n ** 60n);
  });

  it('is of the window in which it was admitted', () => {
    const [claim] = claimsFor([budget({ timeZone: 'Europe/Berlin' })], estimate);
    expect(claim?.counter.id).toBe('bud_1@2026-11-25T23:00Z');
  });
});
