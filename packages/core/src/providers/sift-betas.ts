import type { Betas } from './provider-description.ts';

export interface SiftedBetas {
  /** The header as it goes on: as it came where all of it does; absent where nothing does. */
  readonly header?: string;
  readonly dropped: readonly string[];
}

/** What of a header of opt-ins a provider knows. */
export function siftBetas(known: Betas | undefined, name: string, header: string): SiftedBetas {
  const patterns = known?.[name] ?? [];
  if (patterns.includes('*')) return { header, dropped: [] };
  const values = valuesOf(header);
  const kept = values.filter((value) => patterns.some((pattern) => fits(pattern, value)));
  const dropped = values.filter((value) => !kept.includes(value));
  if (dropped.length === 0) return { header, dropped };
  return kept.length === 0 ? { dropped } : { header: kept.join(','), dropped };
}

export const valuesOf = (header: string): readonly string[] =>
  header
    .split(',')
    .map((value) => value.trim())
    .filter((value) => value !== '');

const fits = (pattern: string, value: string): boolean =>
  pattern.endsWith('*') ? value.startsWith(pattern.slice(0, -1)) : value === pattern;
