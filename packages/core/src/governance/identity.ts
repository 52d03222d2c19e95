import type { Metadata } from '../directory/labels.ts';

export type Role = 'admin' | 'member';

/** Who is calling, as far as rules need to know. */
export interface Identity {
  /** Stands in the ledger: a local key's id, or `zion:` and the user's id. */
  readonly keyId: string;
  readonly keyName: string;
  readonly role: Role;
  readonly source: 'local' | 'zion';
  readonly user?: { readonly id: string; readonly externalId: string; readonly email: string };
  /** Whose call it is, in the directory; a user of the governance service is `zion:` and its id, of no team. */
  readonly userId?: string;
  readonly teamId?: string;
  readonly organisationId?: string;
  /** In order, each once. */
  readonly tags?: readonly string[];
  readonly metadata?: Metadata;
  /** Unix milliseconds: admitted until then; what was admitted settles after it, too. */
  readonly expiresAt?: number;
  /** What the rate limiter and sessions are counted by. Never blank. */
  readonly subject: string;
  /** Names or `provider/model` patterns with a trailing `*`; absent: all. */
  readonly allowedModels?: readonly string[];
  readonly allowedFaces?: readonly string[];
  /** Absent: no rate limit. */
  readonly requestsPerMinute?: number;
  /** Bodies of its calls are kept for so long; absent: none is. */
  readonly storeBodiesSeconds?: number;
}
