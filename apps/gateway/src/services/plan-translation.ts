import { ok, type Result } from '@tollgate/core';
import { type GatewayError, type Loss, lost } from '@tollgate/core/chat';
import type { Dialect, ProviderDialectId, Target } from '@tollgate/core/dialects';
import type { Call } from './call.ts';
import { type ChosenDialect, chooseDialect } from './choose-dialect.ts';
import { type Destination, targetOf } from './destination.ts';
import { headersBeside, joinedHeaders } from './dialect-headers.ts';
import { checkLosses, refusalsOf } from './losses.ts';
import type { HubRequest } from './translated-exchange.ts';

/** What would be sent to a provider, and what of the request that can't say. */
export interface TranslationPlan {
  readonly target: Target;
  readonly chosen: ChosenDialect;
  readonly losses: readonly Loss[];
  /** Its reply is to call a tool: one without is an error. */
  readonly owesCall: boolean;
  readonly sentHeaders: { readonly [name: string]: string };
}

/** Finds what a provider is asked, or why it can't be: before anything is sent, and without cost. */
export function planTranslation(
  dialects: ReadonlyMap<ProviderDialectId, Dialect>,
  call: Call,
  { request, destination, from, headers, losses: known }: HubRequest,
): Result<TranslationPlan, GatewayError> {
  const target = askedOf(destination, call);
  const { provider } = destination;
  const refuses = refusalsOf(destination);
  const chosen = chooseDialect(dialects, { request, target, provider, from, refuses });
  if (!chosen.ok) return chosen;
  const { operation } = chosen.value;
  const beside = headersBeside(provider, operation, headers);
  const said = [...beside.losses, ...known, ...chosen.value.losses];
  const losses = checkLosses(said, { strict: call.strict, refuses });
  if (!losses.ok) return losses;
  const sentHeaders = joinedHeaders(beside.headers, chosen.value.headers);
  // Not where the operator lets the choice of a tool be dropped: any answer will do then.
  const owesCall = chosen.value.owesCall === true && refuses(lost('toolChoice', 'toolChoice', ''));
  return ok({ target, chosen: chosen.value, losses: losses.value, owesCall, sentHeaders });
}

/** A strict call is told what does not fit, rather than gone on without: it opts in to nothing. */
function askedOf(destination: Destination, { strict }: Call): Target {
  const { betas: _betas, ...target } = targetOf(destination);
  return strict ? target : targetOf(destination);
}
