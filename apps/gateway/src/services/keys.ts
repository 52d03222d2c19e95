import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import type { Identity } from '@tollgate/core/governance';
import type { KeyStore, NewKey, StoredKey } from '../ports/key-store.ts';

/** Local keys, for administrators. */
export interface KeyService {
  /** The plaintext is shown here, once. */
  create(
    by: Identity,
    key: NewKey,
  ): Promise<Result<{ readonly stored: StoredKey; readonly plaintext: string }, GatewayError>>;
  list(by: Identity): Promise<Result<readonly StoredKey[], GatewayError>>;
  revoke(by: Identity, idOrName: string): Promise<Result<void, GatewayError>>;
}

export function createKeyService(store: KeyStore): KeyService {
  return {
    create: async (by, key) => {
      const refusal = refuseUnlessAdmin(by);
      return refusal ?? ok(await store.create(key));
    },
    list: async (by) => refuseUnlessAdmin(by) ?? ok(await store.list()),
    revoke: async (by, idOrName) => {
      const refusal = refuseUnlessAdmin(by);
      if (refusal !== undefined) return refusal;
      if (await store.revoke(idOrName)) return ok(undefined);
      return err({
        kind: 'invalid_request',
        path: 'key',
        detail: `There is no live key with the id or name "${idOrName}".`,
      });
    },
  };
}

export function refuseUnlessAdmin(
  identity: Identity,
): { readonly ok: false; readonly error: GatewayError } | undefined {
  if (identity.role === 'admin') return undefined;
  return err({ kind: 'forbidden', detail: 'This needs a key with the role admin.' });
}
