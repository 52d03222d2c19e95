import type { Role } from '../governance/identity.ts';
import { type Metadata, tidyTags } from './labels.ts';
import { optionalField } from './optional-field.ts';
import type { AtVersion, Stored } from './stored.ts';

/** What a key may do, and whose it is; each absent field sets no bound. */
interface KeyTerms {
  /** Names or `provider/model` patterns with a trailing `*`. */
  readonly allowedModels?: readonly string[];
  readonly allowedFaces?: readonly string[];
  readonly requestsPerMinute?: number;
  readonly userId?: string;
  readonly tags?: readonly string[];
  readonly metadata?: Metadata;
  /** Unix milliseconds; refused from then on. */
  readonly expiresAt?: number;
  /** Bodies of its calls are kept for so long; absent: none is. */
  readonly storeBodiesSeconds?: number;
}

/** A local key as stored: its plaintext is shown once, at its making. */
export interface StoredKey extends Stored, KeyTerms {
  readonly name: string;
  readonly role: Role;
  /** The plaintext's first characters, to tell keys apart: `tg_1a2b…`. */
  readonly hint: string;
  /** Its team's. */
  readonly organisationId: string;
  readonly teamId: string;
  /** Refused while it is set; present only then. */
  readonly disabled?: true;
  /** Revoked for good at this instant, Unix milliseconds. */
  readonly revokedAt?: number;
  /** It was rotated: until then the plaintext before this one is taken too. Unix milliseconds. */
  readonly previousUntil?: number;
}

export interface NewKey extends KeyTerms {
  readonly name: string;
  /** Absent: member. */
  readonly role?: Role;
  /** Absent: the default one. */
  readonly teamId?: string;
}

/** Absent: unchanged; null: cleared. */
export interface KeyPatch extends AtVersion {
  readonly name?: string;
  readonly role?: Role;
  readonly teamId?: string;
  readonly userId?: string | null;
  readonly allowedModels?: readonly string[] | null;
  readonly allowedFaces?: readonly string[] | null;
  readonly requestsPerMinute?: number | null;
  readonly tags?: readonly string[] | null;
  readonly metadata?: Metadata | null;
  readonly expiresAt?: number | null;
  readonly storeBodiesSeconds?: number | null;
  readonly disabled?: boolean;
}

export interface CreatedKey {
  readonly stored: StoredKey;
  /** Shown here, once. */
  readonly plaintext: string;
}

export interface KeyRotation {
  /** How long the plaintext before stays valid; absent: not at all. */
  readonly overlapSeconds?: number;
}

/** The fields of a key's terms that say something, with its tags in order. */
export const termsOf = ({
  tags,
  ...rest
}: {
  readonly [field in keyof KeyTerms]?: KeyTerms[field] | null;
}): KeyTerms => ({
  ...optionalField('allowedModels', rest.allowedModels),
  ...optionalField('allowedFaces', rest.allowedFaces),
  ...optionalField('requestsPerMinute', rest.requestsPerMinute),
  ...optionalField('userId', rest.userId),
  ...optionalField('tags', tags === undefined || tags === null ? tags : tidyTags(tags)),
  ...optionalField('metadata', rest.metadata),
  ...optionalField('expiresAt', rest.expiresAt),
  ...optionalField('storeBodiesSeconds', rest.storeBodiesSeconds),
});

/** `organisationId`: that of the team it belongs to after the change. */
export function changedKey(
  key: StoredKey,
  { version: _read, ...patch }: KeyPatch,
  organisationId: string,
): StoredKey {
  const { name = key.name, role = key.role, teamId = key.teamId } = patch;
  const isDisabled = patch.disabled ?? key.disabled === true;
  return {
    id: key.id,
    createdAt: key.createdAt,
    version: key.version + 1,
    hint: key.hint,
    name,
    role,
    teamId,
    organisationId,
    ...termsOf({ ...key, ...patch }),
    ...(isDisabled && { disabled: true }),
    ...optionalField('revokedAt', key.revokedAt),
    ...optionalField('previousUntil', key.previousUntil),
  };
}

/** Why a key that is known is refused at this instant; undefined: it isn't. */
export function keyRefusal(key: StoredKey, now: number): string | undefined {
  if (key.disabled === true) return 'The key is disabled.';
  if (key.expiresAt !== undefined && key.expiresAt <= now) return 'The key has expired.';
  return undefined;
}
