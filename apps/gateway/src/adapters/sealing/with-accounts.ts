import { createHmac, hkdfSync } from 'node:crypto';
import type { ProviderConfig } from '../../config/config.ts';
import type { Secret } from '../../config/secret.ts';

const ACCOUNT_BYTES = 6;

/**
 * Each provider with the name of its account, which stands in the origin of its state: as configured,
 * else a keyed digest of its key, which tells of the key no more than whether it is the same.
 */
export function withAccounts(
  providers: readonly ProviderConfig[],
  secret: Secret,
): readonly ProviderConfig[] {
  const key = Buffer.from(hkdfSync('sha256', secret.reveal(), '', 'tollgate accounts', 32));
  return providers.map((provider) => {
    if (provider.account !== undefined || provider.apiKey === undefined) return provider;
    const digest = createHmac('sha256', key).update(provider.apiKey.reveal()).digest();
    return { ...provider, account: digest.subarray(0, ACCOUNT_BYTES).toString('base64url') };
  });
}
