import { describe, expect, it } from 'vitest';
import type { BudgetFacts, GatewayError } from '../chat/error.ts';
import { encodeAnthropicError } from './anthropic-messages/errors.ts';
import { encodeGeminiError } from './gemini/errors.ts';
import { encodeHubError, HubError } from './hub/error.ts';
import { encodeNativeError } from './native/errors.ts';
import { encodeOpenAiError } from './openai-errors.ts';

const requests: BudgetFacts = {
  id: 'bud_1',
  scope: { kind: 'team', id: 'team_1' },
  terms: '100 requests/day',
  unit: 'requests',
  limit: '100',
  spent: '90',
  reserved: '10',
  left: '0',
  asked: '1',
  resetAt: Date.UTC(2026, 10, 27),
  retryAfterSeconds: 3600,
};
const dollars: BudgetFacts = { ...requests, terms: '100 USD/day', unit: 'USD' };

const exceeded = (budget: BudgetFacts): GatewayError => ({ kind: 'budget_exceeded', budget });
const FACES = {
  native: encodeNativeError,
  openai: encodeOpenAiError,
  anthropic: encodeAnthropicError,
  gemini: encodeGeminiError,
};

describe.each(Object.entries(FACES))('a refusal by a budget on the %s face', (_name, encode) => {
  it('is 429, and 402 where the budget is in dollars', () => {
    expect(encode(exceeded(requests)).status).toBe(429);
    expect(encode(exceeded(dollars)).status).toBe(402);
  });

  it('names the budget, what is left of it and when it resets', () => {
    const body = JSON.stringify(encode(exceeded(requests)).body);
    expect(body).toContain(
      'The budget bud_1 (100 requests/day, of the team team_1) has no room for this: 90 requests spent, 10 reserved by running calls, 0 left of 100, and this call needs about 1. It resets at 2026-11-27T00:00:00.000Z.',
    );
  });

  it('tells clients that another try is in vain, unless the wait is short', () => {
    expect(encode(exceeded(requests)).headers).toEqual({
      'retry-after': '3600',
      'x-should-retry': 'false',
    });
    const soon = exceeded({ ...requests, retryAfterSeconds: 2 });
    expect(encode(soon).headers).toEqual({ 'retry-after': '2' });
  });

  it('says which model has no price', () => {
    const { status, body } = encode({ kind: 'model_without_price', model: 'a/b', budget: dollars });
    expect(status).toBe(402);
    expect(JSON.stringify(body)).toContain('has no price, so the budget bud_1 (100 USD/day)');
  });
});

describe('a refusal by a budget', () => {
  it('has the words that each dialect has for money', () => {
    expect(encodeAnthropicError(exceeded(requests)).body).toMatchObject({
      error: { type: 'rate_limit_error' },
    });
    expect(encodeAnthropicError(exceeded(dollars)).body).toMatchObject({
      error: { type: 'billing_error' },
    });
    expect(encodeGeminiError(exceeded(dollars)).body).toMatchObject({
      error: { code: 402, status: 'RESOURCE_EXHAUSTED' },
    });
    expect(encodeOpenAiError(exceeded(dollars)).body).toMatchObject({
      error: { type: 'insufficient_quota', code: 'budget_exceeded' },
    });
  });

  it('reaches typed clients with all its facts', () => {
    const told = encodeHubError(exceeded(requests));
    expect(HubError.parse(JSON.parse(JSON.stringify(told)))).toEqual(exceeded(requests));
  });
});
