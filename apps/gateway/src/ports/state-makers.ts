import type { StateMaker } from '@tollgate/core/state';

/**
 * Who made the state of replies that passed: in their own dialect it doesn't say. What is forgotten
 * is believed to be whoever's it comes to.
 */
export interface StateMakers {
  remember(state: string, maker: StateMaker): void;
  makerOf(state: string): StateMaker | undefined;
}
