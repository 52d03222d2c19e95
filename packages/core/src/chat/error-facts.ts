import type { ErrorKind, GatewayError } from './error.ts';

/** tRPC's own words for a failure, as far as we use them. */
export type TrpcCode =
  | 'BAD_REQUEST'
  | 'UNAUTHORIZED'
  | 'PAYMENT_REQUIRED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'METHOD_NOT_SUPPORTED'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'TOO_MANY_REQUESTS'
  | 'CLIENT_CLOSED_REQUEST'
  | 'INTERNAL_SERVER_ERROR'
  | 'BAD_GATEWAY'
  | 'SERVICE_UNAVAILABLE'
  | 'GATEWAY_TIMEOUT';

export interface ErrorFacts {
  /** HTTP status; `statusOf` knows the kinds whose status depends on the error itself. */
  readonly status: number;
  readonly trpc: TrpcCode;
  /** Another model may do better, as long as no byte has gone to the client. */
  readonly failover: boolean;
}

/** The one place where a failure meets HTTP and tRPC. */
export const ERROR_FACTS = {
  invalid_request: { status: 400, trpc: 'BAD_REQUEST', failover: false },
  invalid_json: { status: 400, trpc: 'BAD_REQUEST', failover: false },
  body_too_large: { status: 413, trpc: 'PAYLOAD_TOO_LARGE', failover: false },
  unsupported_media_type: { status: 415, trpc: 'UNSUPPORTED_MEDIA_TYPE', failover: false },
  method_not_allowed: { status: 405, trpc: 'METHOD_NOT_SUPPORTED', failover: false },
  endpoint_not_found: { status: 404, trpc: 'NOT_FOUND', failover: false },
  unauthorized: { status: 401, trpc: 'UNAUTHORIZED', failover: false },
  invalid_key: { status: 401, trpc: 'UNAUTHORIZED', failover: false },
  forbidden: { status: 403, trpc: 'FORBIDDEN', failover: false },
  model_not_found: { status: 404, trpc: 'NOT_FOUND', failover: false },
  response_not_found: { status: 404, trpc: 'NOT_FOUND', failover: false },
  record_not_found: { status: 404, trpc: 'NOT_FOUND', failover: false },
  conflict: { status: 409, trpc: 'CONFLICT', failover: false },
  not_expressible: { status: 400, trpc: 'BAD_REQUEST', failover: false },
  rate_limited: { status: 429, trpc: 'TOO_MANY_REQUESTS', failover: false },
  quota_exceeded: { status: 429, trpc: 'TOO_MANY_REQUESTS', failover: false },
  // 402 where the budget is in dollars: `statusOf`.
  budget_exceeded: { status: 429, trpc: 'TOO_MANY_REQUESTS', failover: false },
  model_without_price: { status: 402, trpc: 'PAYMENT_REQUIRED', failover: false },
  no_healthy_model: { status: 503, trpc: 'SERVICE_UNAVAILABLE', failover: false },
  governance_unavailable: { status: 503, trpc: 'SERVICE_UNAVAILABLE', failover: false },
  ledger_unavailable: { status: 503, trpc: 'SERVICE_UNAVAILABLE', failover: false },
  storage_unavailable: { status: 503, trpc: 'SERVICE_UNAVAILABLE', failover: false },
  shutting_down: { status: 503, trpc: 'SERVICE_UNAVAILABLE', failover: false },
  provider_refused: { status: 400, trpc: 'BAD_REQUEST', failover: false },
  provider_rate_limited: { status: 429, trpc: 'TOO_MANY_REQUESTS', failover: true },
  provider_auth: { status: 502, trpc: 'BAD_GATEWAY', failover: true },
  provider_failed: { status: 502, trpc: 'BAD_GATEWAY', failover: true },
  provider_unreachable: { status: 502, trpc: 'BAD_GATEWAY', failover: true },
  provider_timeout: { status: 504, trpc: 'GATEWAY_TIMEOUT', failover: true },
  provider_invalid_reply: { status: 502, trpc: 'BAD_GATEWAY', failover: true },
  provider_truncated: { status: 502, trpc: 'BAD_GATEWAY', failover: true },
  tool_not_called: { status: 502, trpc: 'BAD_GATEWAY', failover: true },
  client_closed: { status: 499, trpc: 'CLIENT_CLOSED_REQUEST', failover: false },
  internal: { status: 500, trpc: 'INTERNAL_SERVER_ERROR', failover: false },
} as const satisfies Record<ErrorKind, ErrorFacts>;

/** The HTTP status a client sees for this error. */
export function statusOf(error: GatewayError): number {
  if (error.kind === 'provider_refused') return error.status;
  if (error.kind === 'provider_failed' && error.overloaded === true) return 503;
  if (error.kind === 'budget_exceeded' && error.budget.unit === 'USD') return 402;
  return ERROR_FACTS[error.kind].status;
}

/** Whole seconds, at least 1, to wait before another try; absent: nobody told us. */
export function retryAfterSeconds(error: GatewayError): number | undefined {
  const seconds = toldSeconds(error);
  return seconds === undefined ? undefined : Math.max(1, Math.ceil(seconds));
}

function toldSeconds(error: GatewayError): number | undefined {
  switch (error.kind) {
    case 'rate_limited':
    case 'quota_exceeded':
      return error.limit.retryAfterSeconds;
    case 'budget_exceeded':
      return error.budget.retryAfterSeconds;
    case 'no_healthy_model':
    case 'governance_unavailable':
    case 'ledger_unavailable':
    case 'storage_unavailable':
    case 'shutting_down':
    case 'provider_rate_limited':
    case 'provider_failed':
      return error.retryAfterSeconds;
    default:
      return undefined;
  }
}
