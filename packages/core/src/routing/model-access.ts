import type { Identity } from '../governance/identity.ts';

/** A model where it is: what the client called it, and what that means. */
export interface ModelPlace {
  readonly asked: string;
  readonly provider: string;
  readonly model: string;
}

const matches = (pattern: string, name: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;

/**
 * Whether a pattern means a model. One with a slash speaks of a provider and is held against where the
 * call goes, never against what the client wrote: else `openai/*` would also admit another provider's
 * model whose own name begins with `openai/`. One without is a public name or a model's name, at
 * whichever provider.
 */
export const isModelMatch = (pattern: string, { asked, provider, model }: ModelPlace): boolean =>
  pattern.includes('/')
    ? matches(pattern, `${provider}/${model}`)
    : matches(pattern, asked) || matches(pattern, model);

/** Whether a key may call a model. */
export const isModelAllowed = (
  { allowedModels }: Pick<Identity, 'allowedModels'>,
  place: ModelPlace,
): boolean => allowedModels?.some((pattern) => isModelMatch(pattern, place)) ?? true;
