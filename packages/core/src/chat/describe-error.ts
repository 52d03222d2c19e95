import { assertNever } from '../assert-never.ts';
import type { GatewayError, LimitFacts } from './error.ts';
import { retryAfterSeconds } from './error-facts.ts';
import type { Loss } from './loss.ts';

/**
 * The sentence a client reads: what was wrong, where, and what to do. Names providers by their
 * configured name only; never an address, a key or content.
 */
export function describeError(error: GatewayError): string {
  switch (error.kind) {
    case 'invalid_request':
      return error.path === undefined ? error.detail : `${error.path}: ${error.detail}`;
    case 'invalid_json':
      return `The request body is not valid JSON: ${error.detail}`;
    case 'body_too_large':
      return `The request body is larger than ${error.limitBytes} bytes, the limit of this gateway.`;
    case 'unsupported_media_type':
    case 'endpoint_not_found':
    case 'unauthorized':
    case 'invalid_key':
    case 'forbidden':
    case 'conflict':
      return error.detail;
    case 'method_not_allowed':
      return `This method is not allowed here; use ${error.allow.join(' or ')}.`;
    case 'model_not_found':
      return describeUnknownModel(error.model, error.near);
    case 'response_not_found':
      return error.path === undefined
        ? `Response with id '${error.id}' not found.`
        : `Previous response with id '${error.id}' not found.`;
    case 'record_not_found':
      return `There is no ${error.noun} "${error.id}".`;
    case 'not_expressible':
      return `The chosen model cannot do what was asked: ${error.losses.map(describeLoss).join('; ')}. Leave it out or choose another model.`;
    case 'rate_limited':
      return `Too many requests: ${describeLimit(error.limit)}.${describeRetry(error)}`;
    case 'quota_exceeded':
      return `${error.detail} (${describeLimit(error.limit)}).${describeRetry(error)}`;
    case 'budget_exceeded':
      return describeBudget(error);
    case 'model_without_price':
      return `The model "${error.model}" has no price, so the budget ${error.budget.id} (${error.budget.terms}) cannot count it. Use a model that has one, or have its price added to the configuration.`;
    case 'no_healthy_model':
      return `No model is available for this request right now.${describeRetry(error)}`;
    case 'governance_unavailable':
      return `${error.detail}${describeRetry(error)}`;
    case 'ledger_unavailable':
      return `Usage cannot be recorded right now, so no call is accepted.${describeRetry(error)}`;
    case 'storage_unavailable':
      return `The database cannot be read or written right now.${describeRetry(error)}`;
    case 'shutting_down':
      return `The gateway is shutting down.${describeRetry(error)}`;
    case 'internal':
      return 'Something went wrong inside the gateway. The call id in the response headers finds it in the log.';
    case 'client_closed':
      return 'The client closed the request.';
    default:
      return describeProviderError(error);
  }
}

type ProviderError = Extract<GatewayError, { readonly provider: string }>;

function describeProviderError(error: ProviderError): string {
  const { provider } = error;
  switch (error.kind) {
    case 'provider_refused':
      if (error.verbatim === true) return error.detail;
      return `Provider "${provider}" refused the request: ${error.detail}`;
    case 'provider_rate_limited':
      return `Provider "${provider}" limits the rate of requests: ${ended(error.detail)}${describeRetry(error)}`;
    case 'provider_auth':
      return `Provider "${provider}" did not accept the gateway's credentials. Whoever operates this gateway has to mend them.`;
    case 'provider_failed':
      return error.overloaded === true
        ? `Provider "${provider}" is overloaded.${describeRetry(error)}`
        : `Provider "${provider}" failed to answer the request.${describeRetry(error)}`;
    case 'provider_unreachable':
      return `Provider "${provider}" could not be reached.`;
    case 'provider_timeout':
      return `Provider "${provider}" took too long (${PHASES[error.phase]}).`;
    case 'provider_invalid_reply':
      return `Provider "${provider}" sent a reply that cannot be read: ${error.detail}`;
    case 'provider_truncated':
      return `The reply of provider "${provider}" stopped before its end.`;
    case 'tool_not_called':
      return `A model of provider "${provider}", which can only be asked to call a tool and not be made to, answered without a call.`;
    default:
      return assertNever(error);
  }
}

const PHASES = {
  connect: 'to connect',
  headers: 'to begin its reply',
  idle: 'between two parts of its reply',
  total: 'in all',
} as const satisfies Record<Extract<GatewayError, { kind: 'provider_timeout' }>['phase'], string>;

function describeUnknownModel(model: string, near: readonly string[]): string {
  const hint =
    near.length > 0
      ? `Did you mean ${near.map((name) => `"${name}"`).join(' or ')}?`
      : 'Name it as provider/model, or see the list of models.';
  return `The model "${model}" does not exist or you do not have access to it. ${hint}`;
}

const describeLoss = (loss: Loss): string => `${loss.path} (${loss.why})`;

const describeLimit = (limit: LimitFacts): string =>
  `${limit.used} of ${limit.limit} ${limit.name} used`;

function describeBudget({
  budget,
  isRunning,
}: Extract<GatewayError, { kind: 'budget_exceeded' }>): string {
  const { id, scope, terms, unit, resetAt } = budget;
  const what = `The budget ${id} (${terms}, of the ${scope.kind} ${scope.id})`;
  const why = isRunning === true ? 'ran out while this call was answered' : 'has no room for this';
  const needs = `this call needs about ${budget.asked}`;
  const figures =
    budget.spent === undefined
      ? `it is used up, or held by running calls, to its limit of ${budget.limit} ${unit}, and ${needs}`
      : `${budget.spent} ${unit} spent, ${budget.reserved} reserved by running calls, ${budget.left} left of ${budget.limit}, and ${needs}`;
  const reset = resetAt === undefined ? '' : ` It resets at ${new Date(resetAt).toISOString()}.`;
  return `${what} ${why}: ${figures}.${reset}`;
}

const ended = (sentence: string): string => (/[.!?]$/.test(sentence) ? sentence : `${sentence}.`);

function describeRetry(error: GatewayError): string {
  const seconds = retryAfterSeconds(error);
  if (seconds === undefined) return '';
  return ` Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`;
}
