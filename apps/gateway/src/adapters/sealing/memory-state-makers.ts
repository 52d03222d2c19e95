import { createHash } from 'node:crypto';
import type { StateMaker } from '@tollgate/core/state';
import { LRUCache } from 'lru-cache';
import type { StateMakers } from '../../ports/state-makers.ts';
import { atMost } from '../system/at-most.ts';

/** Some 10 MB; beyond it the state unused for longest is forgotten. */
const MOST = 100_000;

/** A digest: states are long, and nothing here should hold what they are. */
const keyOf = (state: string): string => createHash('sha256').update(state).digest('base64');

/** Makers of the state that passed through this process since it began. */
export function createMemoryStateMakers(most: number = MOST): StateMakers {
  const makers = new LRUCache<string, StateMaker>(atMost(most));
  return {
    remember: (state, maker) => {
      makers.set(keyOf(state), maker);
    },
    makerOf: (state) => makers.get(keyOf(state)),
  };
}
