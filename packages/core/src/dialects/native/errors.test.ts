import { describe, expect, it } from 'vitest';
import type { BudgetFacts, ErrorKind, GatewayError, LimitFacts } from '../../chat/error.ts';
import { encodeNativeError } from './errors.ts';
import { NativeErrorReply } from './wire.ts';

const limit: LimitFacts = {
  name: 'requests',
  limit: 1,
  used: 1,
  remaining: 0,
  retryAfterSeconds: 7,
};
const budget: BudgetFacts = {
  id: 'bud_1',
  scope: { kind: 'key', id: 'key_1' },
  terms: '1 requests/day',
  unit: 'requests',
  limit: '1',
  spent: '1',
  reserved: '0',
  left: '0',
  asked: '1',
  retryAfterSeconds: 7,
};
const provider = 'openai';

type Row = readonly [
  status: number,
  type: string,
  code: string,
  headers: { readonly [name: string]: string },
];

/** One of each kind: a new kind is a compile error here. */
const EACH: {
  readonly [Kind in ErrorKind]: readonly [Extract<GatewayError, { kind: Kind }>, Row];
} = {
  invalid_request: [
    { kind: 'invalid_request', path: 'a', detail: 'b' },
    [400, 'invalid_request_error', 'invalid_request', {}],
  ],
  invalid_json: [
    { kind: 'invalid_json', detail: 'b' },
    [400, 'invalid_request_error', 'invalid_request', {}],
  ],
  not_expressible: [
    { kind: 'not_expressible', losses: [] },
    [400, 'invalid_request_error', 'invalid_request', {}],
  ],
  body_too_large: [
    { kind: 'body_too_large', limitBytes: 1 },
    [413, 'invalid_request_error', 'body_too_large', {}],
  ],
  unsupported_media_type: [
    { kind: 'unsupported_media_type', detail: 'b' },
    [415, 'invalid_request_error', 'unsupported_media_type', {}],
  ],
  method_not_allowed: [
    { kind: 'method_not_allowed', allow: ['POST', 'GET'] },
    [405, 'invalid_request_error', 'method_not_allowed', { allow: 'POST, GET' }],
  ],
  endpoint_not_found: [
    { kind: 'endpoint_not_found', detail: 'b' },
    [404, 'not_found_error', 'endpoint_not_found', {}],
  ],
  unauthorized: [
    { kind: 'unauthorized', detail: 'b' },
    [401, 'authentication_error', 'UNAUTHORIZED', {}],
  ],
  invalid_key: [
    { kind: 'invalid_key', detail: 'b' },
    [401, 'authentication_error', 'INVALID_TOKEN', {}],
  ],
  forbidden: [{ kind: 'forbidden', detail: 'b' }, [403, 'permission_error', 'FORBIDDEN', {}]],
  model_not_found: [
    { kind: 'model_not_found', model: 'x', near: [] },
    [404, 'not_found_error', 'model_not_found', {}],
  ],
  response_not_found: [
    { kind: 'response_not_found', id: 'x' },
    [404, 'not_found_error', 'response_not_found', {}],
  ],
  rate_limited: [
    { kind: 'rate_limited', limit },
    [429, 'rate_limit_error', 'rate_limit_exceeded', { 'retry-after': '7' }],
  ],
  quota_exceeded: [
    { kind: 'quota_exceeded', limit, detail: 'b' },
    [429, 'rate_limit_error', 'QUOTA_EXCEEDED', { 'retry-after': '7' }],
  ],
  budget_exceeded: [
    { kind: 'budget_exceeded', budget },
    [429, 'rate_limit_error', 'budget_exceeded', { 'retry-after': '7' }],
  ],
  model_without_price: [
    { kind: 'model_without_price', model: 'a/b', budget },
    [402, 'invalid_request_error', 'model_without_price', {}],
  ],
  no_healthy_model: [
    { kind: 'no_healthy_model', retryAfterSeconds: 30 },
    [503, 'service_unavailable', 'service_unavailable', { 'retry-after': '30' }],
  ],
  governance_unavailable: [
    { kind: 'governance_unavailable', detail: 'b', retryAfterSeconds: 0.2 },
    [503, 'service_unavailable', 'service_unavailable', { 'retry-after': '1' }],
  ],
  ledger_unavailable: [
    { kind: 'ledger_unavailable', retryAfterSeconds: 5 },
    [503, 'service_unavailable', 'service_unavailable', { 'retry-after': '5' }],
  ],
  shutting_down: [
    { kind: 'shutting_down', retryAfterSeconds: 5 },
    [503, 'service_unavailable', 'service_unavailable', { 'retry-after': '5' }],
  ],
  provider_refused: [
    { kind: 'provider_refused', provider, status: 422, detail: 'b' },
    [422, 'invalid_request_error', 'invalid_request', {}],
  ],
  provider_rate_limited: [
    { kind: 'provider_rate_limited', provider, detail: 'b', retryAfterSeconds: 9 },
    [429, 'rate_limit_error', 'rate_limit_exceeded', { 'retry-after': '9' }],
  ],
  provider_auth: [
    { kind: 'provider_auth', provider, status: 401 },
    [502, 'upstream_error', 'provider_error', { 'x-should-retry': 'false' }],
  ],
  provider_failed: [
    { kind: 'provider_failed', provider, overloaded: true, retryAfterSeconds: 2 },
    [503, 'upstream_error', 'provider_error', { 'retry-after': '2' }],
  ],
  provider_unreachable: [
    { kind: 'provider_unreachable', provider },
    [502, 'upstream_error', 'provider_error', {}],
  ],
  provider_timeout: [
    { kind: 'provider_timeout', provider, phase: 'total' },
    [504, 'upstream_error', 'provider_error', {}],
  ],
  provider_invalid_reply: [
    { kind: 'provider_invalid_reply', provider, detail: 'b' },
    [502, 'upstream_error', 'provider_error', {}],
  ],
  provider_truncated: [
    { kind: 'provider_truncated', provider },
    [502, 'upstream_error', 'provider_error', {}],
  ],
  client_closed: [{ kind: 'client_closed' }, [499, 'client_closed', 'client_closed', {}]],
  record_not_found: [
    { kind: 'record_not_found', noun: 'team', id: 'team_1' },
    [404, 'not_found_error', 'record_not_found', {}],
  ],
  conflict: [{ kind: 'conflict', detail: 'b' }, [409, 'invalid_request_error', 'conflict', {}]],
  storage_unavailable: [
    { kind: 'storage_unavailable', retryAfterSeconds: 5 },
    [503, 'service_unavailable', 'service_unavailable', { 'retry-after': '5' }],
  ],
  tool_not_called: [
    { kind: 'tool_not_called', provider },
    [502, 'upstream_error', 'provider_error', {}],
  ],
  internal: [
    { kind: 'internal', detail: 'secret of ours' },
    [500, 'server_error', 'internal_error', {}],
  ],
};

describe('an error on the native face', () => {
  it.each(Object.values(EACH))('$kind has its status, headers and body', (error, row) => {
    const [status, type, code, headers] = row;
    const encoded = encodeNativeError(error);
    expect(encoded).toEqual({
      status,
      headers,
      body: {
        error: {
          message: expect.stringMatching(/./),
          type,
          code,
          ...('provider' in error ? { provider } : {}),
        },
      },
    });
    expect(NativeErrorReply.safeParse(encoded.body).success).toBe(true);
    expect(JSON.stringify(encoded.body)).not.toContain('secret of ours');
  });

  it('names the path of what is wrong with a request', () => {
    const error: GatewayError = {
      kind: 'invalid_request',
      path: 'messages[0].role',
      detail: 'is wrong',
    };
    expect(encodeNativeError(error).body).toMatchObject({
      error: { message: 'messages[0].role: is wrong' },
    });
  });
});
