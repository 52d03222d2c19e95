import { ok, type Result } from '@tollgate/core';
import type { GatewayError, Loss } from '@tollgate/core/chat';
import type { Dialect, ProviderDialectId } from '@tollgate/core/dialects';
import type { Call } from './call.ts';
import { chooseDialect } from './choose-dialect.ts';
import { targetOf } from './destination.ts';
import {
  type FetchMedia,
  hasMediaByUrl,
  hasMediaForBytes,
  readInlineMedia,
} from './inline-media.ts';
import { checkLosses, refusalsOf } from './losses.ts';
import type { HubRequest } from './translated-exchange.ts';

export interface PrepareDeps {
  readonly dialects: ReadonlyMap<ProviderDialectId, Dialect>;
  /** Absent: the operator wants nothing fetched. */
  readonly fetchMedia?: FetchMedia | undefined;
}

/** The request with its media in a form that its provider can take. */
export async function prepareRequest(
  deps: PrepareDeps,
  call: Call,
  hubRequest: HubRequest,
): Promise<Result<HubRequest, GatewayError>> {
  const { body, destination, from, losses } = hubRequest;
  const read = readInlineMedia({ request: hubRequest.request, body });
  if (!read.ok) return read;
  const request = read.value;
  const unfetched = ok({ ...hubRequest, request });
  if (deps.fetchMedia === undefined || !hasMediaByUrl(request)) return unfetched;

  const target = targetOf(destination);
  const { provider } = destination;
  const refuses = refusalsOf(destination);
  const chosen = chooseDialect(deps.dialects, { request, target, provider, from, refuses });
  if (!chosen.ok) return chosen;
  const { dialect } = chosen.value;
  if (!hasMediaForBytes(request, dialect, target)) return unfetched;
  // Nothing is fetched for a request that is refused whatever its media are.
  const others = [...losses, ...chosen.value.losses].filter(({ feature }) => !isMedia(feature));
  const sayable = checkLosses(others, { strict: call.strict, refuses });
  if (!sayable.ok) return sayable;
  const fetched = await deps.fetchMedia({ request, body, dialect, target, signal: call.signal });
  return fetched.ok ? ok({ ...hubRequest, request: fetched.value }) : fetched;
}

const MEDIA: readonly Loss['feature'][] = ['image', 'audio', 'file', 'video', 'toolResultMedia'];
const isMedia = (feature: Loss['feature']): boolean => MEDIA.includes(feature);
