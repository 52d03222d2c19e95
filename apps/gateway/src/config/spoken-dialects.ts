import type { ProviderDialectId } from '@tollgate/core/dialects';
import type { ProviderDescription } from '@tollgate/core/providers';
import type { Finding } from './describe-issue.ts';
import type { Path } from './problem.ts';
import { PROVIDER_DIALECTS, type ProviderSettings } from './schema.ts';

type BaseUrls = ProviderDescription['baseUrl'];

export interface Spoken {
  readonly dialects: readonly ProviderDialectId[];
  readonly baseUrl: BaseUrls;
}

/**
 * What a provider speaks, and where. One URL in the file serves the dialects that the file lists,
 * else those that a known name speaks where it speaks its first: others live elsewhere. A map serves
 * what it names.
 */
export function spokenDialects(
  { dialect, baseUrl }: Pick<ProviderSettings, 'dialect' | 'baseUrl'>,
  known: (Spoken & { readonly isOneHost?: true }) | undefined,
  path: Path,
): Spoken | { readonly findings: readonly Finding[] } {
  const wanted = dialect === undefined ? undefined : [dialect].flat();
  if (typeof baseUrl === 'string') {
    return oneUrl(wanted ?? besideFirst(known), baseUrl);
  }
  const urls = baseUrl ?? known?.baseUrl ?? {};
  const order = [...(known?.dialects ?? []), ...PROVIDER_DIALECTS];
  const dialects = wanted ?? [...new Set(order)].filter((id) => urls[id] !== undefined);
  const without = dialects.filter((id) => urls[id] === undefined);
  if (without.length > 0 || dialects.length === 0) {
    const what = without.length > 0 ? `a URL for ${without.join(', ')}` : 'at least one URL';
    return { findings: [{ path: [...path, 'baseUrl'], message: `expected ${what}` }] };
  }
  return {
    dialects,
    baseUrl: Object.fromEntries(dialects.map((id) => [id, withoutSlash(urls[id] ?? '')])),
  };
}

/** A host that stands in for a provider's own speaks what that does: a region's, or a proxy. */
function besideFirst(
  known: (Spoken & { readonly isOneHost?: true }) | undefined,
): readonly ProviderDialectId[] {
  const [first, ...others] = known?.dialects ?? [];
  if (known === undefined || first === undefined) return [];
  const isBeside = (id: ProviderDialectId): boolean =>
    known.isOneHost === true || known.baseUrl[id] === known.baseUrl[first];
  return [first, ...others.filter(isBeside)];
}

export const oneUrl = (dialects: readonly ProviderDialectId[], url: string): Spoken => ({
  dialects,
  baseUrl: Object.fromEntries(dialects.map((id) => [id, withoutSlash(url)])),
});

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');
