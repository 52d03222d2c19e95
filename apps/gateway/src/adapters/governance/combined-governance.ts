import { ok } from '@tollgate/core';
import { type Identity, TIERS } from '@tollgate/core/governance';
import type { Governance } from '../../ports/governance.ts';
import { KEY_PREFIX } from '../sql/key-digest.ts';
import type { LocalGovernance } from './local-governance.ts';

/**
 * Local keys beside a governance service: a key that is known here is local, one that looks local and
 * isn't known is refused here and never sent on, all others are the service's. The service's tiers
 * win; the local ones serve until it has answered.
 */
export function createCombinedGovernance(local: LocalGovernance, service: Governance): Governance {
  const of = ({ source }: Identity): Governance => (source === 'local' ? local : service);
  return {
    async authenticate(key, signal) {
      const known = await local.identify(key);
      if (!known.ok) return known;
      if (known.value !== undefined) return ok(known.value);
      if (key.startsWith(KEY_PREFIX)) return local.authenticate(key, signal);
      return service.authenticate(key, signal);
    },
    admit: (identity, signal) => of(identity).admit(identity, signal),
    quotas: (identity) => of(identity).quotas(identity),
    refused: (identity) => of(identity).refused(identity),
    async tiers() {
      const theirs = await service.tiers();
      if (theirs.ok) return theirs;
      const ours = await local.tiers();
      const hasModels = ours.ok && TIERS.some((tier) => ours.value[tier].length > 0);
      return hasModels ? ours : theirs;
    },
    status: () => service.status(),
    async close() {
      await Promise.all([local.close(), service.close()]);
    },
  };
}
