import { ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import { makesEmbeddings } from '@tollgate/core/providers';
import type { Call } from '../call.ts';
import type { Destination, FindDestination } from '../destination.ts';
import type { Admission } from './admission.ts';

/** Budgets that are used up may each name another model: at most so many are gone through. */
const MOST_STEPS = 3;

/** Where a call goes on: elsewhere, where a budget that is used up names a cheaper model. */
export type OrCheaper = (
  call: Call,
  destination: Destination,
  /** Whether a model can take the call at all; absent: any that makes no embeddings. */
  fits?: Fits,
) => Result<Destination, GatewayError> | Promise<Result<Destination, GatewayError>>;

export type Fits = (destination: Destination) => boolean;

export const embeds: Fits = ({ provider, model }) => makesEmbeddings(provider.models, model);
const answers: Fits = (destination) => !embeds(destination);

export function createOrCheaper({
  admission,
  findDestination,
}: {
  readonly admission: Pick<Admission, 'cheaperThan' | 'fresh' | 'hasBudgets'>;
  readonly findDestination: FindDestination;
}): OrCheaper {
  const search = async (
    call: Call,
    found: Destination,
    fits: Fits,
  ): Promise<Result<Destination, GatewayError>> => {
    let destination = found;
    for (let steps = 0; steps < MOST_STEPS; steps += 1) {
      const model = await admission.cheaperThan(factsIn(call, destination));
      if (model === undefined) break;
      const cheaper = findDestination(model, call.identity);
      if (!cheaper.ok) return cheaper;
      // The budget is asked once more where the call goes now, and refuses it there.
      if (!fits(cheaper.value)) break;
      destination = cheaper.value;
    }
    if (destination !== found) call.aim?.(destination);
    return ok(destination);
  };
  return (call, destination, fits = answers) => {
    const decide = () =>
      admission.hasBudgets() ? search(call, destination, fits) : ok(destination);
    const stale = admission.fresh();
    return stale === undefined ? decide() : stale.then(decide);
  };
}

const factsIn = ({ identity, startedAt }: Call, { provider, model, asked }: Destination) => ({
  at: startedAt,
  keyId: identity.keyId,
  ...(identity.userId === undefined ? undefined : { userId: identity.userId }),
  ...(identity.teamId === undefined ? undefined : { teamId: identity.teamId }),
  ...(identity.organisationId === undefined
    ? undefined
    : { organisationId: identity.organisationId }),
  ...(identity.tags === undefined ? undefined : { tags: identity.tags }),
  asked,
  provider: provider.name,
  model,
});
