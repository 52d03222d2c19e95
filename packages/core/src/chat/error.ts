import type { Loss } from './loss.ts';

/**
 * Everything that may go wrong, as values. Mapped to a dialect's body once, at the face.
 * `detail` is text we wrote, or a provider's text for its 4xx; never a key, an address or a body.
 */
export type GatewayError =
  /** The body or a header is wrong; `path` is the JSON path in the client's own words. */
  | { readonly kind: 'invalid_request'; readonly path?: string; readonly detail: string }
  | { readonly kind: 'invalid_json'; readonly detail: string }
  | { readonly kind: 'body_too_large'; readonly limitBytes: number }
  | { readonly kind: 'unsupported_media_type'; readonly detail: string }
  | { readonly kind: 'method_not_allowed'; readonly allow: readonly string[] }
  | { readonly kind: 'endpoint_not_found'; readonly detail: string }
  /** No key came. */
  | { readonly kind: 'unauthorized'; readonly detail: string }
  /** A key came, and it is not valid. */
  | { readonly kind: 'invalid_key'; readonly detail: string }
  | { readonly kind: 'forbidden'; readonly detail: string }
  | { readonly kind: 'model_not_found'; readonly model: string; readonly near: readonly string[] }
  /** No response of this caller's is kept under this id; `path` names the field that gave it. */
  | { readonly kind: 'response_not_found'; readonly id: string; readonly path?: string }
  /** No record of this kind has this id, or it is none that the caller may know of. */
  | { readonly kind: 'record_not_found'; readonly noun: string; readonly id: string }
  /** The record has changed since it was read, or something hangs on it. */
  | { readonly kind: 'conflict'; readonly detail: string }
  /** The target can't do what was asked, and leaving it out would change the meaning. */
  | { readonly kind: 'not_expressible'; readonly losses: readonly Loss[] }
  | { readonly kind: 'rate_limited'; readonly limit: LimitFacts }
  | { readonly kind: 'quota_exceeded'; readonly limit: LimitFacts; readonly detail: string }
  /** A budget has no room for the call; `isRunning`: it began, and outgrew what was left. */
  | {
      readonly kind: 'budget_exceeded';
      readonly budget: BudgetFacts;
      readonly isRunning?: boolean;
    }
  /** A budget in dollars can't count a model whose price nobody knows. */
  | {
      readonly kind: 'model_without_price';
      readonly model: string;
      readonly budget: Pick<BudgetFacts, 'id' | 'terms'>;
    }
  | { readonly kind: 'no_healthy_model'; readonly retryAfterSeconds: number }
  | {
      readonly kind: 'governance_unavailable';
      readonly detail: string;
      readonly retryAfterSeconds: number;
    }
  | { readonly kind: 'ledger_unavailable'; readonly retryAfterSeconds: number }
  /** The database of keys, teams and budgets. */
  | { readonly kind: 'storage_unavailable'; readonly retryAfterSeconds: number }
  | { readonly kind: 'shutting_down'; readonly retryAfterSeconds: number }
  /** The provider refused the request itself: its 400, 404, 409, 413, 422. */
  | {
      readonly kind: 'provider_refused';
      readonly provider: string;
      readonly status: 400 | 404 | 409 | 413 | 422;
      readonly detail: string;
      readonly code?: string;
      readonly param?: string;
      /** Told to a client of the provider's own dialect that knows these very words. */
      readonly verbatim?: true;
    }
  | {
      readonly kind: 'provider_rate_limited';
      readonly provider: string;
      readonly detail: string;
      readonly retryAfterSeconds?: number;
    }
  /** The provider's 401 or 403: the operator's problem, told to the log by name. */
  | { readonly kind: 'provider_auth'; readonly provider: string; readonly status: number }
  /** A 5xx, or an error event inside a stream. */
  | {
      readonly kind: 'provider_failed';
      readonly provider: string;
      readonly status?: number;
      readonly overloaded?: boolean;
      readonly retryAfterSeconds?: number;
    }
  | { readonly kind: 'provider_unreachable'; readonly provider: string }
  | {
      readonly kind: 'provider_timeout';
      readonly provider: string;
      readonly phase: 'connect' | 'headers' | 'idle' | 'total';
    }
  /** HTML, broken JSON, an empty body, another dialect. `detail` is ours and names no content. */
  | { readonly kind: 'provider_invalid_reply'; readonly provider: string; readonly detail: string }
  /** The stream stopped before its end. */
  | { readonly kind: 'provider_truncated'; readonly provider: string }
  /** A model that can't be made to call a tool was asked to, and answered without a call. */
  | { readonly kind: 'tool_not_called'; readonly provider: string }
  | { readonly kind: 'client_closed' }
  | { readonly kind: 'internal'; readonly detail: string };

export type ErrorKind = GatewayError['kind'];

export interface LimitFacts {
  /** What is limited: `requests per minute`, `ai_usage.aiRequests`. */
  readonly name: string;
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
  /** Unix milliseconds; absent: never. */
  readonly resetAt?: number;
  readonly retryAfterSeconds?: number;
}

/**
 * Amounts are exact, as decimal text: dollars, requests or tokens, as `unit` says. `spent`, `reserved` and
 * `left` stand together; absent: the budget counts others' calls too, which are not this caller's to read.
 */
export interface BudgetFacts {
  readonly id: string;
  /** Whose it is: `key`, `team`, `model`, … and its id or name. */
  readonly scope: { readonly kind: string; readonly id: string };
  /** As it is written: `20 USD/month`. */
  readonly terms: string;
  /** `USD`, `requests`, `input tokens`, … */
  readonly unit: string;
  readonly limit: string;
  readonly spent?: string;
  /** Held by calls that run. */
  readonly reserved?: string;
  /** Not below 0. */
  readonly left?: string;
  /** What this call was taken to need. */
  readonly asked: string;
  /** Unix milliseconds; absent: never. */
  readonly resetAt?: number;
  /** Absent where waiting is of no use. */
  readonly retryAfterSeconds?: number;
}
