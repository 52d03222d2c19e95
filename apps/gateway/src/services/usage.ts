import { ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import type { Identity } from '@tollgate/core/governance';
import type { UsageEvent } from '@tollgate/core/usage';
import type { UsageQuery, UsageReports, UsageRow } from '../ports/usage-reports.ts';
import type { FollowUsage } from './follow-usage.ts';

/** What was used, read from the ledger. A member sees its own key's calls, an administrator all. */
export interface UsageService {
  summary(by: Identity, query: UsageQuery): Promise<Result<readonly UsageRow[], GatewayError>>;
  recent(
    by: Identity,
    query: { readonly limit: number },
  ): Promise<Result<readonly UsageEvent[], GatewayError>>;
  /** Calls `listener` after each call that was booked from now on. Resolves with the way to stop. */
  tail(by: Identity, listener: (event: UsageEvent) => void): Promise<() => void>;
}

export function createUsageService(ledger: UsageReports, follow: FollowUsage): UsageService {
  const ownKey = (by: Identity) => (by.role === 'admin' ? undefined : { keyId: by.keyId });
  return {
    summary: async (by, query) => ok(await ledger.summary({ ...query, ...ownKey(by) })),
    recent: async (by, query) => ok(await ledger.recent({ ...query, ...ownKey(by) })),
    tail: (by, listener) => follow(ownKey(by)?.keyId, listener),
  };
}
