import type { StateOrigin } from '../chat/provider-state.ts';

/**
 * True where state may go back to this target. State in a client's own history names the dialect
 * only: which provider made it, the body doesn't say, and its own dialect is believed.
 */
export function isSameOrigin(made: StateOrigin, target: StateOrigin, dialect: string): boolean {
  if (made.provider === dialect) return true;
  return (
    made.provider === target.provider &&
    isSameIfTold(made.account, target.account) &&
    isSameIfTold(made.model, target.model)
  );
}

const isSameIfTold = (left: string | undefined, right: string | undefined): boolean =>
  left === undefined || right === undefined || left === right;
