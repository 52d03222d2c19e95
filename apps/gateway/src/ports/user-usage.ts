import type { QuotaFigures } from '@tollgate/core/budgets';

/** What was counted of a user of a governance service. */
export interface UserUsage {
  /**
   * How much of the user's counters the service knows by now: what is counted, less what waits to be
   * told. Less than it knows is possible, never more. Undefined: it can't be told now.
   */
  acknowledged(user: UserOfService): Promise<QuotaFigures | undefined>;
}

export interface UserOfService {
  /** As identities name the user. */
  readonly userId: string;
  readonly email: string;
}
