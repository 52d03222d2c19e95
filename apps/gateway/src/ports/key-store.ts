import type { Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import type { CreatedKey, StoredKey } from '@tollgate/core/directory';
import type { RecordStore } from './record-store.ts';

/** A key before it has a plaintext. */
export type UnissuedKey = Omit<StoredKey, 'hint'>;

/** Who a presented key belongs to: asked with each request, so answered from memory. */
export interface KeyIndex {
  /**
   * The key that this plaintext belongs to, unless it was revoked or another has taken its place: seen
   * within a second, whoever did it. Whether it is disabled or has expired is for the caller to see.
   * Undefined: there is none. Fails with `storage_unavailable`.
   */
  find(plaintext: string): Promise<Result<StoredKey | undefined, GatewayError>>;
}

/** Local keys, as HMACs under the server's secret. Keys of the configuration are among them, unchangeable. */
export interface KeyStore extends Omit<RecordStore<StoredKey>, 'create'> {
  /** Mints the plaintext, which is known only now. */
  issue(key: UnissuedKey): Promise<Result<CreatedKey, GatewayError>>;
  /**
   * Mints another plaintext for the next version of a key. The one before is taken until the key's
   * `previousUntil`, and every older one ends now.
   */
  rotate(key: StoredKey): Promise<Result<CreatedKey, GatewayError>>;
  /** Every key that has this id or this name, the revoked ones too; at most 1,000. */
  named(idOrName: string): Promise<Result<readonly StoredKey[], GatewayError>>;
}
