import type { ProviderDialectId } from '../dialects/dialect-id.ts';
import type { ProviderDescription } from './provider-description.ts';

const HAS_VERSION = /\/v\d/;
const ENDS_WITH_VERSION = /\/v\d[a-z0-9]*$/;
const LEADING_VERSION = /^\/v\d[a-z0-9]*(?=\/)/;

/**
 * An endpoint's address below a provider's base URL. Clients disagree on whether a base URL ends
 * with the version (`…/v1`): however it was written, the address says it once.
 *
 * Undefined when the provider has no base URL for the dialect, or one that is no http address.
 */
export function endpointUrl(
  provider: Pick<ProviderDescription, 'baseUrl' | 'basePath'>,
  dialect: ProviderDialectId,
  path: string,
): string | undefined {
  const root = (provider.baseUrl[dialect] ?? '').replace(/\/+$/, '');
  if (!/^https?:\/\/[^/]/.test(root)) return undefined;
  if (LEADING_VERSION.test(path)) {
    return root + (ENDS_WITH_VERSION.test(root) ? path.replace(LEADING_VERSION, '') : path);
  }
  return root + (HAS_VERSION.test(root) ? '' : (provider.basePath ?? '')) + path;
}
