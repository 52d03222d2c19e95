import { err, ok } from '@tollgate/core';
import type { Identity, TierConfig } from '@tollgate/core/governance';
import type { Governance } from '../../ports/governance.ts';
import type { KeyStore, StoredKey } from '../../ports/key-store.ts';

export interface LocalGovernanceOptions {
  readonly keyStore: KeyStore;
  readonly tiers: TierConfig;
  /** For keys that have no limit of their own; absent: none. */
  readonly requestsPerMinute?: number;
}

function identityOf(key: StoredKey, requestsPerMinute: number | undefined): Identity {
  const limit = key.requestsPerMinute ?? requestsPerMinute;
  return {
    keyId: key.id,
    keyName: key.name,
    role: key.role,
    source: 'local',
    subject: `key:${key.id}`,
    ...(key.allowedModels === undefined ? {} : { allowedModels: key.allowedModels }),
    ...(key.allowedFaces === undefined ? {} : { allowedFaces: key.allowedFaces }),
    ...(limit === undefined ? {} : { requestsPerMinute: limit }),
  };
}

/** Keys and tiers of this installation; a local key has no quota. */
export function createLocalGovernance(options: LocalGovernanceOptions): Governance {
  return {
    async authenticate(key) {
      const stored = await options.keyStore.find(key);
      if (stored === undefined)
        return err({ kind: 'invalid_key', detail: 'The key is not valid.' });
      return ok(identityOf(stored, options.requestsPerMinute));
    },
    admit: () => Promise.resolve(ok(undefined)),
    tiers: () => Promise.resolve(ok(options.tiers)),
    status: () => Promise.resolve({ name: 'keys', status: 'healthy' }),
    close: () => Promise.resolve(),
  };
}
