import * as z from 'zod';
import { describeError } from '../../chat/describe-error.ts';
import type { GatewayError } from '../../chat/error.ts';
import { HubLoss } from './loss.ts';

const text = z.string();
const seconds = z.number().min(0);

export const HubLimitFacts = z.strictObject({
  name: text,
  limit: z.number(),
  used: z.number(),
  remaining: z.number(),
  resetAt: z.number().exactOptional(),
  retryAfterSeconds: seconds.exactOptional(),
});

const HubBudgetFacts = z.strictObject({
  id: text,
  scope: z.strictObject({ kind: text, id: text }),
  terms: text,
  unit: text,
  limit: text,
  spent: text.exactOptional(),
  reserved: text.exactOptional(),
  left: text.exactOptional(),
  asked: text,
  resetAt: z.number().exactOptional(),
  retryAfterSeconds: seconds.exactOptional(),
});

const kind = <Kind extends GatewayError['kind'], Shape extends z.core.$ZodLooseShape>(
  name: Kind,
  shape: Shape,
) => z.strictObject({ kind: z.literal(name), ...shape });

/** Everything that may go wrong, as a client of the hub sees it: the cause of a failed call. */
export const HubError = z.discriminatedUnion('kind', [
  kind('invalid_request', { path: text.exactOptional(), detail: text }),
  kind('invalid_json', { detail: text }),
  kind('body_too_large', { limitBytes: z.number() }),
  kind('unsupported_media_type', { detail: text }),
  kind('method_not_allowed', { allow: z.array(text).readonly() }),
  kind('endpoint_not_found', { detail: text }),
  kind('unauthorized', { detail: text }),
  kind('invalid_key', { detail: text }),
  kind('forbidden', { detail: text }),
  kind('model_not_found', { model: text, near: z.array(text).readonly() }),
  kind('response_not_found', { id: text, path: text.exactOptional() }),
  kind('record_not_found', { noun: text, id: text }),
  kind('conflict', { detail: text }),
  kind('not_expressible', { losses: z.array(HubLoss).readonly() }),
  kind('rate_limited', { limit: HubLimitFacts }),
  kind('quota_exceeded', { limit: HubLimitFacts, detail: text }),
  kind('budget_exceeded', { budget: HubBudgetFacts, isRunning: z.boolean().exactOptional() }),
  kind('model_without_price', {
    model: text,
    budget: z.strictObject({ id: text, terms: text }),
  }),
  kind('no_healthy_model', { retryAfterSeconds: seconds }),
  kind('governance_unavailable', { detail: text, retryAfterSeconds: seconds }),
  kind('ledger_unavailable', { retryAfterSeconds: seconds }),
  kind('storage_unavailable', { retryAfterSeconds: seconds }),
  kind('shutting_down', { retryAfterSeconds: seconds }),
  kind('provider_refused', {
    provider: text,
    status: z.literal([400, 404, 409, 413, 422]),
    detail: text,
    code: text.exactOptional(),
    param: text.exactOptional(),
    verbatim: z.literal(true).exactOptional(),
  }),
  kind('provider_rate_limited', {
    provider: text,
    detail: text,
    retryAfterSeconds: seconds.exactOptional(),
  }),
  kind('provider_auth', { provider: text, status: z.number() }),
  kind('provider_failed', {
    provider: text,
    status: z.number().exactOptional(),
    overloaded: z.boolean().exactOptional(),
    retryAfterSeconds: seconds.exactOptional(),
  }),
  kind('provider_unreachable', { provider: text }),
  kind('provider_timeout', {
    provider: text,
    phase: z.enum(['connect', 'headers', 'idle', 'total']),
  }),
  kind('provider_invalid_reply', { provider: text, detail: text }),
  kind('provider_truncated', { provider: text }),
  kind('tool_not_called', { provider: text }),
  kind('client_closed', {}),
  kind('internal', { detail: text }),
]);
export type HubError = z.infer<typeof HubError>;

/** What a client may know of an error: our own faults are for the log. */
export const encodeHubError = (error: GatewayError): HubError =>
  error.kind === 'internal' ? { kind: 'internal', detail: describeError(error) } : error;
