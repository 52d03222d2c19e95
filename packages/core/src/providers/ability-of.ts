import type { Ability } from './ability.ts';
import type { KnownModel, ProviderDescription } from './provider-description.ts';

/** A release of a model that is listed without one: its date, or `latest`. */
const RELEASE = /-(?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$/;

/**
 * What is known of a model, by its whole name or by the name that its release stands after; of
 * another maker's, by the name that it has there.
 */
export function abilityOf(
  { models, resold = [] }: Pick<ProviderDescription, 'models' | 'resold'>,
  model: string,
): Ability {
  const own = abilityIn(models, model);
  if (own !== undefined) return own;
  for (const { name, models: theirs } of resold) {
    const known = name.exec(model)?.[1];
    const ability = known === undefined ? undefined : abilityIn(theirs, known);
    if (ability !== undefined) return ability;
  }
  return {};
}

function abilityIn(models: readonly KnownModel[], model: string): Ability | undefined {
  const named = (name: string): KnownModel | undefined => models.find(({ id }) => id === name);
  return (named(model) ?? named(model.replace(RELEASE, '')))?.ability;
}
