import { abilityOf } from './ability-of.ts';
import type { KnownModel } from './provider-description.ts';

/** By what is known of a model, else by its name: nobody gives that word to a model that answers. */
export const makesEmbeddings = (models: readonly KnownModel[], model: string): boolean =>
  abilityOf({ models }, model).embeddings ?? /embed/i.test(model);
