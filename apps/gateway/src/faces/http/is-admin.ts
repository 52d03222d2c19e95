import type { IncomingMessage } from 'node:http';
import type { Governance } from '../../ports/governance.ts';
import { presentedKey } from './presented-key.ts';

/** True for a valid key of the role admin. */
export async function isAdmin(req: IncomingMessage, governance: Governance): Promise<boolean> {
  const key = presentedKey(req);
  if (!key.ok) return false;
  const known = await governance.authenticate(key.value, new AbortController().signal);
  return known.ok && known.value.role === 'admin';
}
