export type Role = 'admin' | 'member';

/** Who is calling, as far as rules need to know. */
export interface Identity {
  /** Stands in the ledger: a local key's id, or `zion:` and the user's id. */
  readonly keyId: string;
  readonly keyName: string;
  readonly role: Role;
  readonly source: 'local' | 'zion';
  readonly user?: { readonly id: string; readonly externalId: string; readonly email: string };
  /** What the rate limiter and sessions are counted by. Never blank. */
  readonly subject: string;
  /** Names or `provider/model` patterns with a trailing `*`; absent: all. */
  readonly allowedModels?: readonly string[];
  readonly allowedFaces?: readonly string[];
  /** Absent: no rate limit. */
  readonly requestsPerMinute?: number;
}
