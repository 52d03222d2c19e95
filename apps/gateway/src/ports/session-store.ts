import type { Tier } from '@tollgate/core/governance';

/** A conversation's choice of model, per caller: one caller can't join another's. */
export interface Session {
  readonly provider: string;
  readonly model: string;
  readonly tier: Tier;
  /** Unix milliseconds. */
  readonly createdAt: number;
}

/** Bounded, with a sliding lifetime. */
export interface SessionStore {
  find(subject: string, conversationId: string): Promise<Session | undefined>;
  save(subject: string, conversationId: string, session: Session): Promise<void>;
}
