import { optionalField } from './optional-field.ts';
import type { AtVersion, Stored } from './stored.ts';

/** A person, or a program that stands for itself. It stays in its organisation. */
export interface User extends Stored {
  readonly organisationId: string;
  readonly name: string;
  readonly email?: string;
}

export interface NewUser {
  /** Absent: the default one. */
  readonly organisationId?: string;
  readonly name: string;
  readonly email?: string;
}

/** Absent: unchanged; null: cleared. */
export interface UserPatch extends AtVersion {
  readonly name?: string;
  readonly email?: string | null;
}

export const changedUser = (
  { email: standing, ...user }: User,
  { name = user.name, email = standing }: UserPatch,
): User => ({ ...user, name, version: user.version + 1, ...optionalField('email', email) });
