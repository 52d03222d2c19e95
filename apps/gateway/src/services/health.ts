import type { Clock } from '../ports/clock.ts';
import type { DependencyStatus, Governance } from '../ports/governance.ts';
import type { Ledger } from '../ports/ledger.ts';

export interface HealthReport {
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  readonly version: string;
  readonly uptimeSeconds: number;
  /** RFC 3339. */
  readonly timestamp: string;
  readonly checks: readonly DependencyStatus[];
}

export interface HealthService {
  report(): Promise<HealthReport>;
}

export interface HealthDeps {
  readonly version: string;
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly governance: Governance;
  /** Of whatever else can be away; undefined: it isn't used. */
  readonly others?: readonly (() => Promise<DependencyStatus | undefined>)[];
}

export function createHealthService(deps: HealthDeps): HealthService {
  const startedAt = deps.clock.monotonic();
  return {
    report: async () => {
      const told = await Promise.all([
        deps.ledger.status(),
        deps.governance.status(),
        ...(deps.others ?? []).map((check) => check()),
      ]);
      const checks = told.filter((one) => one !== undefined);
      return {
        status: worst(checks),
        version: deps.version,
        uptimeSeconds: Math.floor((deps.clock.monotonic() - startedAt) / 1000),
        timestamp: new Date(deps.clock.now()).toISOString(),
        checks,
      };
    },
  };
}

function worst(checks: readonly DependencyStatus[]): HealthReport['status'] {
  if (checks.some((check) => check.status === 'unhealthy')) return 'unhealthy';
  return checks.some((check) => check.status === 'degraded') ? 'degraded' : 'healthy';
}
