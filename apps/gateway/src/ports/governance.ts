import type { Result } from '@tollgate/core';
import type { Quota } from '@tollgate/core/budgets';
import type { GatewayError } from '@tollgate/core/chat';
import type { Identity, TierConfig } from '@tollgate/core/governance';

/** Who may call, and what tiers mean. Local, Zion, or one before the other. */
export interface Governance {
  /** `key` is what the client presented, without its scheme. */
  authenticate(key: string, signal: AbortSignal): Promise<Result<Identity, GatewayError>>;
  /** Refuses when the caller's own limits are used up. Fails with `quota_exceeded` or `governance_unavailable`. */
  admit(identity: Identity, signal: AbortSignal): Promise<Result<void, GatewayError>>;
  /** What the caller's own limits have left, for a call that was admitted: it is held against them. */
  quotas(identity: Identity): readonly Quota[];
  /** They refused a call: they are looked at again soon, since they may have been raised. */
  refused(identity: Identity): void;
  tiers(): Promise<Result<TierConfig, GatewayError>>;
  /** For `/health`: reachable or not, and since when. */
  status(): Promise<DependencyStatus>;
  close(): Promise<void>;
}

export interface DependencyStatus {
  readonly name: string;
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  readonly latencyMs?: number;
  /** What to do about it; no addresses or keys. */
  readonly detail?: string;
  /** Connections that are open, those of them that are idle, and calls that wait for one. */
  readonly pool?: { readonly open: number; readonly idle: number; readonly waiting: number };
  /** Of what waits to be told to others. */
  readonly facts?: {
    readonly pending: number;
    readonly dead: number;
    readonly oldestSeconds?: number;
  };
}
