import { err, ok, type Result } from '@tollgate/core';
import type { ChatRequest, GatewayError, Loss } from '@tollgate/core/chat';
import type { Dialect, DialectId, ProviderDialectId, Target } from '@tollgate/core/dialects';
import { encodeHeld, type HeldRequest } from '@tollgate/core/output';
import { dialectsFor } from '@tollgate/core/providers';
import type { ProviderConfig } from '../config/config.ts';
import type { RefusesLoss } from './losses.ts';

export interface ChosenDialect extends HeldRequest {
  readonly operation: ProviderDialectId;
}

/** What is refused outweighs any number of hints that one request can hold. */
const REFUSED = 10_000;

export const weightOf = (losses: readonly Loss[], refuses: RefusesLoss): number =>
  losses.reduce((sum, loss) => sum + (refuses(loss) ? REFUSED : 1), 0);

/**
 * Of the dialects that a provider speaks, the one that can say most of this request. Between equals
 * the client's own goes first, then the provider's order decides.
 */
export function chooseDialect(
  dialects: ReadonlyMap<ProviderDialectId, Dialect>,
  asked: {
    readonly request: ChatRequest;
    readonly target: Target;
    readonly provider: ProviderConfig;
    readonly from?: DialectId | undefined;
    readonly refuses: RefusesLoss;
  },
): Result<ChosenDialect, GatewayError> {
  let best: ChosenDialect | undefined;
  let refusal: GatewayError | undefined;
  const spoken = dialectsFor(asked.provider, asked.target.model);
  const own = spoken.filter((id) => id === asked.from);
  for (const operation of [...own, ...spoken.filter((id) => id !== asked.from)]) {
    const dialect = dialects.get(operation);
    if (dialect === undefined) continue;
    const held = encodeHeld(dialect, asked.request, asked.target);
    if (!held.ok) {
      refusal ??= held.error;
      continue;
    }
    const { losses } = held.value;
    if (
      best === undefined ||
      weightOf(losses, asked.refuses) < weightOf(best.losses, asked.refuses)
    ) {
      best = { operation, ...held.value };
    }
    if (losses.length === 0) break;
  }
  if (best !== undefined) return ok(best);
  return err(
    refusal ?? {
      kind: 'invalid_request',
      path: 'model',
      detail: `The provider "${asked.provider.name}" speaks no dialect that this request can be translated to.`,
    },
  );
}
