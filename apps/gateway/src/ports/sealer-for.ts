import type { Sealer } from '@tollgate/core/state';

/** Of one call. What tokens only name is read and written beside, as a sealer itself waits for nothing. */
export interface CallSealer extends Sealer {
  /**
   * Reads what tokens name that did not open for want of it. False: none did, and all would open as
   * they have.
   */
  recall(): Promise<boolean>;
  /** Resolves once it is written what tokens name that were made; before that none may go out. */
  kept(): Promise<void>;
}

/** What seals state for one owner, an identity's `subject`: no other owner's opens it. */
export type SealerFor = (owner: string) => CallSealer;
