import { describe, expect, it } from 'vitest';
import type { UsageEvent } from '../usage/usage-event.ts';
import { claimsFor } from './claims.ts';
import { claimsOnTheRest, isToldOf, quotaChargesOf, quotasOf, type ToldMeter } from './quota.ts';

const NOW = 1_000_000;
const acknowledged = { aiInputTokens: 0n, aiOutputTokens: 0n, aiRequests: 40n };
const requests = (remaining: number, changes: Partial<ToldMeter> = {}): ToldMeter => ({
  limitName: 'ai_usage',
  meter: 'aiRequests',
  limit: 100,
  remaining,
  ...changes,
});

const limitsOf = (...told: readonly ToldMeter[]): readonly bigint[] =>
  quotasOf('zion:1', told, { acknowledged, now: NOW }).map(({ limit }) => limit);

describe('what a user has left', () => {
  it('goes beyond what the service knew when it said so', () => {
    expect(limitsOf(requests(10))).toEqual([50n]);
  });

  it('is what the tightest of several limits says, each meter by itself', () => {
    const told = [requests(10), requests(3), requests(7, { meter: 'aiInputTokens' })];

    expect(limitsOf(...told)).toEqual([43n, 7n]);
  });

  it('is not what was said of a period that is over', () => {
    expect(limitsOf(requests(3, { resetAt: NOW }), requests(10, { resetAt: NOW + 1 }))).toEqual([
      50n,
    ]);
    expect(limitsOf(requests(3, { resetAt: NOW }))).toEqual([]);
  });

  it.each([
    [-50, 0n],
    [-3, 37n],
    [2.9, 42n],
    [1e300, 40n + BigInt(Number.MAX_SAFE_INTEGER)],
  ])('is a whole number where the service says %d', (remaining, limit) => {
    expect(limitsOf(requests(remaining))).toEqual([limit]);
  });

  it('counts the same calls under one counter, whatever its limits are called', () => {
    const [one] = quotasOf('zion:1', [requests(1)], { acknowledged, now: NOW });
    const other = requests(1, { limitName: 'other' });
    const [two] = quotasOf('zion:1', [other], { acknowledged, now: NOW });

    expect(one?.id).toBe('zion:1/aiRequests');
    expect(two?.id).toBe(one?.id);
  });
});

describe('a call that finds less left than it may use', () => {
  const call = { at: NOW, keyId: 'zion:1', asked: 'm', provider: 'p', model: 'm' };
  const estimate = { inputTokens: 10, outputTokens: 2_000 };
  const told = [requests(5), requests(50, { meter: 'aiOutputTokens' })];
  const quotas = quotasOf('zion:1', told, { acknowledged, now: NOW });
  const claims = claimsFor(quotas, { call, likely: estimate, ceiling: estimate });
  const lacking = (reserved: bigint) => ({
    counter: 'zion:1/aiOutputTokens@life',
    limit: 50n,
    spent: 0n,
    reserved,
    asked: 2_000n,
  });

  it('holds the rest, and of all others what it would', () => {
    const rest = claimsOnTheRest(quotas, claims, [lacking(20n)]);

    expect(rest?.map(({ amount }) => amount)).toEqual([1n, 30n]);
  });

  it('has nothing to hold where running calls hold all', () => {
    expect(claimsOnTheRest(quotas, claims, [lacking(50n)])).toBeUndefined();
  });

  it('is not helped where a budget of this installation lacks room', () => {
    const budgets = quotas.map(({ told: _, ...budget }) => budget);

    expect(claimsOnTheRest(budgets, claims, [lacking(20n)])).toBeUndefined();
  });
});

describe('the service is told', () => {
  const user = { id: '1', externalId: 'one', email: 'one@example.com' };
  const usage = { input: { uncached: 1 }, output: {}, provenance: 'provider' } as const;

  it.each([
    ['of a call that went well', { user, status: 'ok' }, true],
    ['of one that failed and was counted', { user, status: 'failed', usage }, true],
    ['nothing of one that never reached a provider', { user, status: 'failed' }, false],
    ['nothing of callers that it does not know', { status: 'ok', usage }, false],
    ['nothing of a user without an address', { user: { ...user, email: '' }, status: 'ok' }, false],
  ] as const)('%s', (_, event, isTold) => {
    expect(isToldOf(event)).toBe(isTold);
  });
});

describe('what a call costs its user’s counters', () => {
  const event: UsageEvent = {
    callId: 'call_1',
    startedAt: NOW,
    keyId: 'zion:1',
    keyName: 'app',
    user: { id: '1', externalId: 'ext', email: 'a@b.c' },
    userId: 'zion:1',
    face: 'openai',
    modelAsked: 'gpt-4o',
    stream: false,
    attempt: 1,
    usage: { input: { uncached: 10 }, output: { text: 5 }, provenance: 'interrupted' },
    status: 'failed',
    latencyMs: 1,
    losses: [],
  };
  const held = { budgetId: 'zion:1/aiRequests', windowStart: 0, amount: 1n };

  it('is each meter’s own count, of those that it held something of', () => {
    expect(quotaChargesOf(event)).toEqual([
      { budgetId: 'zion:1/aiInputTokens', windowStart: 0, amount: 10n },
      { budgetId: 'zion:1/aiOutputTokens', windowStart: 0, amount: 5n },
      { budgetId: 'zion:1/aiRequests', windowStart: 0, amount: 1n },
    ]);
    expect(quotaChargesOf(event, [held, { ...held, budgetId: 'bud_1' }])).toEqual([held]);
    expect(quotaChargesOf(event, [])).toEqual([]);
  });

  it('is nothing where the service is not told of it, or knows no such user', () => {
    const { usage: _usage, ...unsent } = event;
    expect(quotaChargesOf(unsent, [held])).toEqual([{ ...held, amount: 0n }]);
    const { userId: _userId, ...nobodys } = event;
    expect(quotaChargesOf(nobodys)).toEqual([]);
  });
});
