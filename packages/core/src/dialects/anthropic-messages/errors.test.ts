import { describe, expect, it } from 'vitest';
import type { GatewayError } from '../../chat/index.ts';
import { decodeAnthropicError, encodeAnthropicError } from './errors.ts';

describe('encoding', () => {
  it.each<[GatewayError, number, string]>([
    [{ kind: 'invalid_request', path: 'max_tokens', detail: 'x' }, 400, 'invalid_request_error'],
    [{ kind: 'invalid_key', detail: 'x' }, 401, 'authentication_error'],
    [{ kind: 'model_not_found', model: 'x', near: [] }, 404, 'not_found_error'],
    [{ kind: 'body_too_large', limitBytes: 5 }, 413, 'request_too_large'],
    [
      { kind: 'provider_refused', provider: 'p', status: 413, detail: 'x' },
      413,
      'request_too_large',
    ],
    [{ kind: 'provider_auth', provider: 'p', status: 401 }, 502, 'api_error'],
    [{ kind: 'provider_failed', provider: 'p', overloaded: true }, 529, 'overloaded_error'],
    [{ kind: 'provider_timeout', provider: 'p', phase: 'idle' }, 504, 'timeout_error'],
  ])('says %o in the dialect', (error, status, type) => {
    const encoded = encodeAnthropicError(error);

    expect(encoded.status).toBe(status);
    expect(encoded.body).toMatchObject({ type: 'error', error: { type } });
  });

  it('says how long to wait', () => {
    const error = {
      kind: 'provider_rate_limited',
      provider: 'p',
      detail: 'x',
      retryAfterSeconds: 7,
    };

    expect(encodeAnthropicError(error as GatewayError).headers).toEqual({ 'retry-after': '7' });
  });
});

describe('decoding', () => {
  const body = (type: string, message: string): string =>
    JSON.stringify({ type: 'error', error: { type, message }, request_id: 'req_1' });

  it.each<[number, string, object]>([
    [
      400,
      body('invalid_request_error', 'see https://api.example.com/x with sk-ant-abcdefgh'),
      { kind: 'provider_refused', status: 400, detail: 'see [link] with [key]' },
    ],
    [
      401,
      body('authentication_error', 'invalid x-api-key'),
      { kind: 'provider_auth', status: 401 },
    ],
    [403, '', { kind: 'provider_auth', status: 403 }],
    [
      429,
      body('rate_limit_error', 'slow down'),
      { kind: 'provider_rate_limited', detail: 'slow down' },
    ],
    [529, body('overloaded_error', 'Overloaded'), { kind: 'provider_failed', overloaded: true }],
    [500, '<html>', { kind: 'provider_failed', status: 500 }],
  ])('reads %i %s', (status, text, expected) => {
    expect(decodeAnthropicError(status, {}, text, 'p')).toMatchObject({
      ...expected,
      provider: 'p',
    });
  });

  it('reads how long to wait, in seconds or until a date', () => {
    const wait = (headers: { readonly [name: string]: string }): unknown =>
      decodeAnthropicError(429, headers, '', 'p');

    expect(wait({ 'retry-after': '12' })).toMatchObject({ retryAfterSeconds: 12 });
    expect(
      wait({
        'retry-after': 'Mon, 23 Nov 2026 10:00:30 GMT',
        date: 'Mon, 23 Nov 2026 10:00:00 GMT',
      }),
    ).toMatchObject({ retryAfterSeconds: 30 });
  });
});
