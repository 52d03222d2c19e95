import type { Ability } from './ability.ts';
import type { KnownModel } from './provider-description.ts';

/** A release of a model that is listed without one: its date, or `latest`. */
const RELEASE = /-(?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$/;

/** What is known of a model, by its whole name or by the name that its release stands after. */
export function abilityOf(models: readonly KnownModel[], model: string): Ability {
  const named = (name: string): KnownModel | undefined => models.find(({ id }) => id === name);
  return (named(model) ?? named(model.replace(RELEASE, '')))?.ability ?? {};
}
