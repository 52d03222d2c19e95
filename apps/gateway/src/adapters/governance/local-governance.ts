import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import { keyRefusal, optionalField, type StoredKey } from '@tollgate/core/directory';
import type { Identity, TierConfig } from '@tollgate/core/governance';
import type { Clock } from '../../ports/clock.ts';
import type { Governance } from '../../ports/governance.ts';
import type { KeyIndex } from '../../ports/key-store.ts';

export interface LocalGovernanceOptions {
  readonly keyIndex: KeyIndex;
  readonly clock: Clock;
  readonly tiers: TierConfig;
  /** For keys that have no limit of their own; absent: none. */
  readonly requestsPerMinute?: number;
}

export interface LocalGovernance extends Governance {
  /** Undefined: not a key of this installation. One of ours that is refused is an error. */
  identify(key: string): Promise<Result<Identity | undefined, GatewayError>>;
}

function identityOf(key: StoredKey, requestsPerMinute: number | undefined): Identity {
  return {
    keyId: key.id,
    keyName: key.name,
    role: key.role,
    source: 'local',
    subject: `key:${key.id}`,
    teamId: key.teamId,
    organisationId: key.organisationId,
    ...optionalField('userId', key.userId),
    ...optionalField('tags', key.tags),
    ...optionalField('metadata', key.metadata),
    ...optionalField('expiresAt', key.expiresAt),
    ...optionalField('allowedModels', key.allowedModels),
    ...optionalField('allowedFaces', key.allowedFaces),
    ...optionalField('requestsPerMinute', key.requestsPerMinute ?? requestsPerMinute),
    ...optionalField('storeBodiesSeconds', key.storeBodiesSeconds),
  };
}

/** Keys and tiers of this installation; a local key has no quota. */
export function createLocalGovernance(options: LocalGovernanceOptions): LocalGovernance {
  const identify: LocalGovernance['identify'] = async (key) => {
    const found = await options.keyIndex.find(key);
    if (!found.ok) return found;
    if (found.value === undefined) return ok(undefined);
    const refusal = keyRefusal(found.value, options.clock.now());
    if (refusal !== undefined) return err({ kind: 'invalid_key', detail: refusal });
    return ok(identityOf(found.value, options.requestsPerMinute));
  };
  return {
    identify,
    async authenticate(key) {
      const known = await identify(key);
      if (!known.ok) return known;
      if (known.value !== undefined) return ok(known.value);
      return err({ kind: 'invalid_key', detail: 'The key is not valid.' });
    },
    admit: () => Promise.resolve(ok(undefined)),
    quotas: () => [],
    refused: () => undefined,
    tiers: () => Promise.resolve(ok(options.tiers)),
    status: () => Promise.resolve({ name: 'keys', status: 'healthy' }),
    close: () => Promise.resolve(),
  };
}
