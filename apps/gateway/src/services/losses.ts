import type { Result } from '@tollgate/core';
import { err, ok } from '@tollgate/core';
import type { Feature, GatewayError, Loss } from '@tollgate/core/chat';
import type { LossPolicy } from '../config/config.ts';
import type { Destination } from './destination.ts';

/** What of a request is refused for a target, rather than gone on without. */
export type RefusesLoss = (loss: Loss) => boolean;

/** By the table of features, unless the operator said otherwise of this model. */
export function refusalsOf({
  provider: { lossRules = [] },
  model,
}: Pick<Destination, 'provider' | 'model'>): RefusesLoss {
  const fitting = lossRules.filter(({ pattern }) =>
    pattern.endsWith('*') ? model.startsWith(pattern.slice(0, -1)) : model === pattern,
  );
  if (fitting.length === 0) return byTable;
  const set: { readonly [feature in Feature]?: LossPolicy } = Object.assign(
    {},
    ...fitting.map(({ policies }) => policies),
  );
  return (loss) => {
    const policy = set[loss.feature];
    if (policy === undefined) return byTable(loss);
    return policy === 'exact' || (policy === 'refuse' && loss.action === 'dropped');
  };
}

const byTable: RefusesLoss = ({ weight }) => weight === 'meaning';

/**
 * The one policy on what a target can't express: what is refused is refused all at once, the rest
 * goes on and is told. A strict call refuses whatever is not said exactly.
 */
export function checkLosses(
  losses: readonly Loss[],
  { strict, refuses }: { readonly strict: boolean; readonly refuses: RefusesLoss },
): Result<readonly Loss[], GatewayError> {
  const refused = strict ? losses : losses.filter(refuses);
  return refused.length > 0 ? err({ kind: 'not_expressible', losses: refused }) : ok(losses);
}

/** As `x-tollgate-dropped` and the ledger show it. */
export const lossLine = (loss: Loss): string =>
  loss.action === 'dropped' ? loss.path : `${loss.path}:${loss.action}`;

/** A row of the ledger holds no more: a long stream can lose the same thing in each of its parts. */
const MOST_BOOKED = 64;

/** As the ledger keeps them: each once, in their order, and not without bound. */
export const lossLines = (losses: readonly Loss[]): readonly string[] =>
  [...new Set(losses.map(lossLine))].slice(0, MOST_BOOKED);
