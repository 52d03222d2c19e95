import { err } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import type { Identity } from '@tollgate/core/governance';

/**
 * Whether a caller may look at and change what belongs to all; undefined: it may. Asked before anything
 * is looked up, so that a refusal tells nothing. Finer roles are decided here, and an audit log is written
 * where this is asked.
 */
export function refuseUnlessAdmin(
  identity: Identity,
): { readonly ok: false; readonly error: GatewayError } | undefined {
  if (identity.role === 'admin') return undefined;
  return err({ kind: 'forbidden', detail: 'This needs a key with the role admin.' });
}
