import {
  type AddressWord,
  type ProviderDescription,
  placed,
  type SaidWords,
} from '@tollgate/core/providers';
import type { Finding } from './describe-issue.ts';
import { type Environment, readVariable, urlVariableOf } from './environment.ts';
import { HttpUrl } from './http-url.ts';
import { AddressWords, type ProviderSettings } from './schema.ts';
import { oneUrl, type Spoken, spokenDialects } from './spoken-dialects.ts';

interface Asked {
  readonly section: ProviderSettings;
  readonly env: Environment;
  readonly hasKey: boolean;
}

export type Place =
  | {
      readonly dialects: Spoken['dialects'];
      readonly place: Spoken & Partial<ProviderDescription>;
      readonly said: SaidWords;
    }
  /** The word that is missing, as an operator may say it. */
  | { readonly dialects: Spoken['dialects']; readonly missing: string }
  | { readonly findings: readonly Finding[] };

/** What a provider speaks and where: as known or as the file says, with the operator's words in it. */
export function placeOf(
  name: string,
  description: ProviderDescription | undefined,
  { section, env, hasKey }: Asked,
): Place {
  const words = wordsOf(name, description, { section, env });
  if ('findings' in words) return words;
  const { said } = words;
  const known = description && varied(description, { said, hasKey });
  const moved = known && movedByVariable(known, env);
  if (moved !== undefined && 'findings' in moved) return moved;
  const spoken = spokenDialects(section, moved, ['providers', name]);
  if ('findings' in spoken) return spoken;
  const isMoved = section.baseUrl !== undefined || moved !== known;
  const filled = placed({ ...known, ...spoken, ...(isMoved ? elsewhere(known) : undefined) }, said);
  const { dialects } = spoken;
  if (filled.ok) return { dialects, place: filled.value, said };
  const variables = description?.words?.[filled.error]?.variables ?? [];
  const missing = [`providers.${name}.${filled.error}`, ...variables].join(' or ');
  return { dialects, missing };
}

/** Its list of models is no part of another address. */
const elsewhere = (
  known: ProviderDescription | undefined,
): Pick<ProviderDescription, 'modelList'> =>
  typeof known?.modelList === 'object' ? { modelList: 'none' } : {};

const WORDS = Object.keys(AddressWords).filter((word): word is AddressWord => word in AddressWords);

/** What the operator says of the words in a provider's addresses: in the file, else in the environment. */
function wordsOf(
  name: string,
  description: ProviderDescription | undefined,
  { section, env }: Pick<Asked, 'section' | 'env'>,
): { readonly said: SaidWords } | { readonly findings: readonly Finding[] } {
  const said: { [word in AddressWord]?: string } = {};
  const findings: Finding[] = [];
  for (const word of WORDS) {
    const source = description?.words?.[word];
    if (source === undefined) {
      if (section[word] === undefined) continue;
      findings.push({ path: ['providers', name, word], message: `is no part of its address` });
      continue;
    }
    const variable = source.variables.find((one) => readVariable(env, one) !== undefined);
    const value = section[word] ?? (variable && readVariable(env, variable)) ?? source.fallback;
    const checked = AddressWords[word].optional().safeParse(value);
    if (!checked.success) {
      const [issue] = checked.error.issues;
      findings.push({ path: [variable ?? word], message: issue?.message ?? 'is not usable' });
    } else if (checked.data !== undefined) said[word] = checked.data;
  }
  return findings.length > 0 ? { findings } : { said };
}

/** A description with what is otherwise for this operator. */
function varied(
  description: ProviderDescription,
  { said, hasKey }: { readonly said: SaidWords; readonly hasKey: boolean },
): ProviderDescription {
  const changes = (description.variants ?? [])
    .filter(({ when }) => (when === 'key' ? hasKey : said[when] !== undefined))
    .map(({ change }) => change);
  return Object.assign({}, description, ...changes);
}

/** At its own addresses, or where its variable says. */
function movedByVariable(
  description: ProviderDescription,
  env: Environment,
): ProviderDescription | { readonly findings: readonly Finding[] } {
  const variable = urlVariableOf(description.name);
  const url = variable === undefined ? undefined : readVariable(env, variable);
  if (variable === undefined || url === undefined) return description;
  const checked = HttpUrl.safeParse(url);
  if (checked.success) return { ...description, ...oneUrl(description.dialects, url) };
  return { findings: checked.error.issues.map(({ message }) => ({ path: [variable], message })) };
}
