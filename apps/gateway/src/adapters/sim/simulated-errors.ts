import type { JsonValue } from '@tollgate/core/json';

const OPENAI_TYPES: { readonly [status: number]: readonly [type: string, code: string | null] } = {
  401: ['invalid_request_error', 'invalid_api_key'],
  403: ['invalid_request_error', 'permission_denied'],
  404: ['invalid_request_error', 'model_not_found'],
  429: ['requests', 'rate_limit_exceeded'],
};

export function openAiErrorOf(status: number, message: string): JsonValue {
  const fallback = status < 500 ? 'invalid_request_error' : 'server_error';
  const [type, code] = OPENAI_TYPES[status] ?? [fallback, null];
  return { error: { message, type, param: null, code } };
}

const ANTHROPIC_TYPES: { readonly [status: number]: string } = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
};

export function anthropicErrorOf(status: number, message: string): JsonValue {
  const fallback = status < 500 ? 'invalid_request_error' : 'api_error';
  return { type: 'error', error: { type: ANTHROPIC_TYPES[status] ?? fallback, message } };
}

const GEMINI_STATUSES: { readonly [status: number]: string } = {
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  503: 'UNAVAILABLE',
};

export function geminiErrorOf(status: number, message: string): JsonValue {
  const fallback = status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL';
  return { error: { code: status, message, status: GEMINI_STATUSES[status] ?? fallback } };
}
