import { readRecording } from '@tollgate/testkit';
import { describe, expect, it } from 'vitest';
import type { GatewayError } from '../../chat/index.ts';
import { decodeErrorBody, decodeGeminiError, encodeGeminiError } from './errors.ts';

const body = (error: object): string => JSON.stringify({ error });

describe('what a provider said', () => {
  it('tells how long to wait by its own detail', () => {
    const { body: recorded } = readRecording('google', 'google-429-retry-info');

    expect(decodeGeminiError(429, {}, JSON.stringify(recorded), 'p')).toEqual({
      kind: 'provider_rate_limited',
      provider: 'p',
      detail: 'You exceeded your current quota, please check your plan.',
      retryAfterSeconds: 34.4,
    });
  });

  it('is the operator’s problem when it refuses the key, which it does by 400', () => {
    const details = [
      { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' },
    ];
    const text = body({ code: 400, message: 'API key not valid.', details });

    expect(decodeGeminiError(400, {}, text, 'p')).toMatchObject({ kind: 'provider_auth' });
    expect(decodeGeminiError(403, {}, '', 'p')).toMatchObject({ kind: 'provider_auth' });
  });

  it.each<[number, string, object]>([
    [
      400,
      body({ message: 'bad', status: 'INVALID_ARGUMENT' }),
      { kind: 'provider_refused', detail: 'bad' },
    ],
    [404, body({ message: 'no model' }), { kind: 'provider_refused', status: 404 }],
    [503, body({ message: 'busy' }), { kind: 'provider_failed', overloaded: true }],
    [500, '<html>', { kind: 'provider_failed', status: 500 }],
    [429, `[${body({ message: 'slow down' })}]`, { detail: 'slow down' }],
    [400, '{"error":"x"}', { kind: 'provider_refused' }],
  ])('of status %s and body %s is %o', (status, text, expected) => {
    expect(decodeGeminiError(status, {}, text, 'p')).toMatchObject(expected);
  });

  it('in a stream goes by its code, or by its word', () => {
    expect(decodeErrorBody({ error: { code: 429, message: 'm' } }, 'p')).toMatchObject({
      kind: 'provider_rate_limited',
    });
    expect(decodeErrorBody({ error: { status: 'INTERNAL' } }, 'p')).toMatchObject({
      kind: 'provider_failed',
      status: 500,
    });
  });
});

describe('what a client is told', () => {
  it.each<[GatewayError, number, string]>([
    [{ kind: 'invalid_request', path: 'contents', detail: 'is required' }, 400, 'INVALID_ARGUMENT'],
    [{ kind: 'invalid_key', detail: 'x' }, 401, 'UNAUTHENTICATED'],
    [{ kind: 'forbidden', detail: 'x' }, 403, 'PERMISSION_DENIED'],
    [{ kind: 'model_not_found', model: 'm', near: [] }, 404, 'NOT_FOUND'],
    [{ kind: 'provider_truncated', provider: 'p' }, 502, 'UNAVAILABLE'],
    [{ kind: 'provider_timeout', provider: 'p', phase: 'idle' }, 504, 'DEADLINE_EXCEEDED'],
    [{ kind: 'internal', detail: 'x' }, 500, 'INTERNAL'],
  ])('of %o', (error, status, word) => {
    expect(encodeGeminiError(error)).toMatchObject({
      status,
      body: { error: { code: status, message: expect.any(String), status: word } },
    });
  });

  it('names the field that was wrong, and the time to wait, as details', () => {
    const wrong = encodeGeminiError({ kind: 'invalid_request', path: 'contents[0]', detail: 'no' });
    expect(wrong.body).toMatchObject({
      error: { details: [{ fieldViolations: [{ field: 'contents[0]' }] }] },
    });

    const limited = encodeGeminiError({
      kind: 'provider_rate_limited',
      provider: 'p',
      detail: 'slow',
      retryAfterSeconds: 34.4,
    });
    expect(limited).toMatchObject({
      headers: { 'retry-after': '35' },
      body: { error: { details: [{ retryDelay: '35s' }] } },
    });
  });
});
