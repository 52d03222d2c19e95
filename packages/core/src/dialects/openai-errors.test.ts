import { describe, expect, it } from 'vitest';
import type { GatewayError } from '../chat/error.ts';
import { ERROR_FACTS } from '../chat/error-facts.ts';
import { decodeOpenAiError, encodeOpenAiError } from './openai-errors.ts';

const limit = {
  name: 'requests per minute',
  limit: 2,
  used: 2,
  remaining: 0,
  retryAfterSeconds: 7,
};

describe('an error as OpenAI writes it', () => {
  it.each<[GatewayError, number, object]>([
    [
      { kind: 'invalid_request', path: 'messages[0].role', detail: 'expected "user"' },
      400,
      {
        message: 'messages[0].role: expected "user"',
        type: 'invalid_request_error',
        param: 'messages[0].role',
        code: null,
      },
    ],
    [
      { kind: 'invalid_key', detail: 'Incorrect API key provided.' },
      401,
      {
        message: 'Incorrect API key provided.',
        type: 'invalid_request_error',
        param: null,
        code: 'invalid_api_key',
      },
    ],
    [
      { kind: 'model_not_found', model: 'gpt', near: [] },
      404,
      { type: 'invalid_request_error', param: 'model', code: 'model_not_found' },
    ],
    [{ kind: 'rate_limited', limit }, 429, { type: 'requests', code: 'rate_limit_exceeded' }],
    [
      { kind: 'quota_exceeded', limit, detail: 'Used up' },
      429,
      { type: 'insufficient_quota', code: 'insufficient_quota' },
    ],
    [
      {
        kind: 'provider_refused',
        provider: 'p',
        status: 422,
        detail: 'no',
        code: 'bad',
        param: 'seed',
      },
      422,
      { type: 'invalid_request_error', param: 'seed', code: 'bad' },
    ],
    [{ kind: 'provider_auth', provider: 'p', status: 401 }, 502, { type: 'server_error' }],
    [{ kind: 'provider_failed', provider: 'p', overloaded: true }, 503, { type: 'server_error' }],
    [
      { kind: 'provider_timeout', provider: 'p', phase: 'idle' },
      504,
      { type: 'server_error', code: 'provider_timeout' },
    ],
  ])('has the status, type and code that clients match: $kind', (error, status, words) => {
    const reply = encodeOpenAiError(error);

    expect(reply.status).toBe(status);
    expect(reply.body['error']).toMatchObject(words);
  });

  it('says when to come back, and which methods are allowed', () => {
    expect(encodeOpenAiError({ kind: 'rate_limited', limit }).headers).toEqual({
      'retry-after': '7',
    });
    expect(
      encodeOpenAiError({ kind: 'method_not_allowed', allow: ['GET', 'POST'] }).headers,
    ).toEqual({ allow: 'GET, POST' });
  });
});

const decode = (status: number, body: unknown, headers: { [name: string]: string } = {}) =>
  decodeOpenAiError(status, headers, typeof body === 'string' ? body : JSON.stringify(body), 'p');

describe('a provider’s error', () => {
  it.each<[number, unknown, object]>([
    [401, { error: { message: 'bad key sk-abc' } }, { kind: 'provider_auth', status: 401 }],
    [402, { error: { message: 'Insufficient Balance' } }, { kind: 'provider_auth', status: 402 }],
    [403, '', { kind: 'provider_auth', status: 403 }],
    [
      400,
      { error: { message: 'Bad seed', type: 'invalid_request_error', param: 'seed', code: 'x' } },
      { kind: 'provider_refused', status: 400, detail: 'Bad seed', param: 'seed', code: 'x' },
    ],
    [404, '<html>Not here</html>', { kind: 'provider_refused', status: 404 }],
    [422, { detail: 'Extra inputs' }, { kind: 'provider_refused', detail: 'Extra inputs' }],
    [400, [{ error: { message: 'In a list' } }], { kind: 'provider_refused', detail: 'In a list' }],
    [413, '', { kind: 'provider_refused', status: 413 }],
    [429, { error: { message: 'Slow' } }, { kind: 'provider_rate_limited', detail: 'Slow' }],
    [500, '', { kind: 'provider_failed', status: 500 }],
    [503, '', { kind: 'provider_failed', status: 503, overloaded: true }],
    [405, '', { kind: 'provider_failed', status: 405 }],
    [302, '', { kind: 'provider_failed', status: 302 }],
  ])('of status %i is told apart', (status, body, expected) => {
    const error = decode(status, body);

    expect(error).toMatchObject({ provider: 'p', ...expected });
    expect(Object.hasOwn(ERROR_FACTS, error.kind)).toBe(true);
  });

  it('keeps no address and no key of what the provider said, and not more than 500 characters', () => {
    const message = `See https://api.example.com/docs?key=1 for sk-live_12345678. ${'x'.repeat(900)}`;

    const error = decode(400, { error: { message } });

    if (error.kind !== 'provider_refused') throw new Error(error.kind);
    expect(error.detail).toMatch(/^See \[link\] for \[key\]\. x+…$/);
    expect(error.detail).toHaveLength(500);
  });

  it.each<[{ [name: string]: string }, number | undefined]>([
    [{ 'retry-after': '12' }, 12],
    [{ 'retry-after-ms': '1500', 'retry-after': '2' }, 1.5],
    [
      {
        'retry-after': 'Mon, 23 Nov 2026 10:00:30 GMT',
        date: 'Mon, 23 Nov 2026 10:00:00 GMT',
      },
      30,
    ],
    [{ 'retry-after': 'Mon, 23 Nov 2026 10:00:30 GMT' }, undefined],
    [{ 'retry-after': '-1' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ])('says when to come back as the headers %o do', (headers, seconds) => {
    const error = decode(429, '', headers);

    expect('retryAfterSeconds' in error ? error.retryAfterSeconds : undefined).toBe(seconds);
  });
});

describe('a failure that comes again', () => {
  it('tells clients not to try again what only an operator can mend, and leaves the rest to them', () => {
    const auth = encodeOpenAiError({ kind: 'provider_auth', provider: 'p', status: 401 });
    const failed = encodeOpenAiError({ kind: 'provider_failed', provider: 'p', status: 500 });

    expect(auth.headers).toEqual({ 'x-should-retry': 'false' });
    expect(failed.headers).toEqual({});
  });
});
