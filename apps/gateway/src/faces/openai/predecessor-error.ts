import type { ErrorKind, GatewayError, LimitFacts } from '@tollgate/core/chat';
import { isJsonObject } from '@tollgate/core/json';
import type { ErrorReply } from '../http/face.ts';

/** The predecessor's `code` of an error; absent: it had none, and OpenAI's stays. */
const CODES: { readonly [kind in ErrorKind]?: string } = {
  unauthorized: 'UNAUTHORIZED',
  invalid_key: 'INVALID_TOKEN',
  forbidden: 'FORBIDDEN',
  model_not_found: 'NOT_FOUND',
  rate_limited: 'RATE_LIMIT_EXCEEDED',
  quota_exceeded: 'QUOTA_EXCEEDED',
  budget_exceeded: 'QUOTA_EXCEEDED',
  invalid_request: 'BAD_REQUEST',
  invalid_json: 'BAD_REQUEST',
  not_expressible: 'BAD_REQUEST',
  no_healthy_model: 'SERVICE_UNAVAILABLE',
  governance_unavailable: 'SERVICE_UNAVAILABLE',
  ledger_unavailable: 'SERVICE_UNAVAILABLE',
  storage_unavailable: 'SERVICE_UNAVAILABLE',
  shutting_down: 'SERVICE_UNAVAILABLE',
  provider_auth: 'UPSTREAM_ERROR',
  provider_failed: 'UPSTREAM_ERROR',
  provider_unreachable: 'UPSTREAM_ERROR',
  provider_timeout: 'UPSTREAM_ERROR',
  provider_invalid_reply: 'UPSTREAM_ERROR',
  provider_truncated: 'UPSTREAM_ERROR',
  tool_not_called: 'UPSTREAM_ERROR',
  internal: 'INTERNAL_ERROR',
};

/** OpenAI's body with the predecessor's `code`, and its `details` where a limit was reached. */
export function predecessorError(error: GatewayError, reply: ErrorReply): ErrorReply {
  const code = CODES[error.kind];
  const inner = isJsonObject(reply.body) ? reply.body['error'] : undefined;
  if (code === undefined || !isJsonObject(inner)) return reply;
  const limit = 'limit' in error ? { details: detailsOf(error.limit) } : undefined;
  return { ...reply, body: { error: { ...inner, code, ...limit } } };
}

const detailsOf = (limit: LimitFacts) => ({
  limit: limit.limit,
  used: limit.used,
  remaining: Math.max(0, limit.remaining),
  ...(limit.resetAt === undefined
    ? undefined
    : { reset_at: new Date(limit.resetAt).toISOString() }),
});
