import { TIERS } from '@tollgate/core/governance';
import type { Governance } from '../../ports/governance.ts';
import { KEY_PREFIX } from '../sqlite/sqlite-key-store.ts';

/**
 * Local keys beside a governance service: a key that is known here is local, one that looks local and
 * isn't known is refused here and never sent on, all others are the service's. The service's tiers
 * win; the local ones serve until it has answered.
 */
export function createCombinedGovernance(local: Governance, service: Governance): Governance {
  return {
    async authenticate(key, signal) {
      const known = await local.authenticate(key, signal);
      if (known.ok || key.startsWith(KEY_PREFIX)) return known;
      return service.authenticate(key, signal);
    },
    admit: (identity, signal) =>
      (identity.source === 'local' ? local : service).admit(identity, signal),
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
