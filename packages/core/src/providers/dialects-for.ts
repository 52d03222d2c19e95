import type { ProviderDialectId } from '../dialects/dialect-id.ts';
import type { ProviderDescription } from './provider-description.ts';

/** The dialects that a provider speaks about one of its models, in order of preference. */
export const dialectsFor = (
  { dialects, dialectModels }: Pick<ProviderDescription, 'dialects' | 'dialectModels'>,
  model: string,
): readonly ProviderDialectId[] =>
  dialectModels === undefined
    ? dialects
    : dialects.filter((dialect) => dialectModels[dialect]?.test(model) !== false);
