import type { Role } from '@tollgate/core/governance';

/** A local key as stored: its plaintext is shown once, at its making. */
export interface StoredKey {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** The plaintext's first characters, to tell keys apart: `tg_1a2b…`. */
  readonly hint: string;
  readonly createdAt: number;
  readonly revokedAt?: number;
  readonly allowedModels?: readonly string[];
  readonly allowedFaces?: readonly string[];
  readonly requestsPerMinute?: number;
}

export interface NewKey {
  readonly name: string;
  readonly role: Role;
  readonly allowedModels?: readonly string[];
  readonly allowedFaces?: readonly string[];
  readonly requestsPerMinute?: number;
}

/** Keys as HMACs under the server's secret. Shared with the command line through the database. */
export interface KeyStore {
  create(key: NewKey): Promise<{ readonly stored: StoredKey; readonly plaintext: string }>;
  /** The live key that this plaintext belongs to. Revocations elsewhere are seen within a second. */
  find(plaintext: string): Promise<StoredKey | undefined>;
  list(): Promise<readonly StoredKey[]>;
  /** By id or by name; false when there is none that lives. */
  revoke(idOrName: string): Promise<boolean>;
}
