import { describe, expect, it } from 'vitest';
import { describeError, type GatewayError, retryAfterSeconds, statusOf } from './index.ts';

const limit = { name: 'requests per minute', limit: 100, used: 100, remaining: 0 };

describe('what a client is told', () => {
  it.each<[GatewayError, number, string]>([
    [
      { kind: 'invalid_request', path: 'messages[0].role', detail: 'expected one of "user"' },
      400,
      'messages[0].role: expected one of "user"',
    ],
    [
      { kind: 'model_not_found', model: 'gpt-4o-mni', near: ['gpt-4o-mini'] },
      404,
      'The model "gpt-4o-mni" does not exist or you do not have access to it. Did you mean "gpt-4o-mini"?',
    ],
    [
      {
        kind: 'not_expressible',
        losses: [
          { feature: 'n', path: 'n', action: 'dropped', why: 'one choice only', weight: 'meaning' },
          {
            feature: 'audio',
            path: 'messages[0].content[1]',
            action: 'dropped',
            why: 'no audio',
            weight: 'meaning',
          },
        ],
      },
      400,
      'The chosen model cannot do what was asked: n (one choice only); messages[0].content[1] (no audio). Leave it out or choose another model.',
    ],
    [
      { kind: 'rate_limited', limit: { ...limit, retryAfterSeconds: 11.2 } },
      429,
      'Too many requests: 100 of 100 requests per minute used. Try again in 12 seconds.',
    ],
    [
      { kind: 'provider_refused', provider: 'a', status: 422, detail: 'bad schema' },
      422,
      'Provider "a" refused the request: bad schema',
    ],
    [
      {
        kind: 'provider_rate_limited',
        provider: 'a',
        detail: 'too many tokens',
        retryAfterSeconds: 7,
      },
      429,
      'Provider "a" limits the rate of requests: too many tokens. Try again in 7 seconds.',
    ],
    [
      { kind: 'provider_failed', provider: 'a', overloaded: true, retryAfterSeconds: 1 },
      503,
      'Provider "a" is overloaded. Try again in 1 second.',
    ],
    [
      { kind: 'provider_timeout', provider: 'a', phase: 'idle' },
      504,
      'Provider "a" took too long (between two parts of its reply).',
    ],
  ])('says of %o', (error, status, message) => {
    expect(statusOf(error)).toBe(status);
    expect(describeError(error)).toBe(message);
  });

  it('keeps the detail of an internal error to the log', () => {
    expect(describeError({ kind: 'internal', detail: 'db at 10.0.0.3 is gone' })).not.toContain(
      '10.0.0.3',
    );
  });
});

it('never tells a client to wait less than a second', () => {
  expect(retryAfterSeconds({ kind: 'no_healthy_model', retryAfterSeconds: 0.2 })).toBe(1);
  expect(retryAfterSeconds({ kind: 'provider_truncated', provider: 'a' })).toBeUndefined();
});
