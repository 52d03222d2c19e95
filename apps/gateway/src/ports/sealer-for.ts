import type { Sealer } from '@tollgate/core/state';

/** What seals state for one owner, an identity's `subject`: no other owner's opens it. */
export type SealerFor = (owner: string) => Sealer;
