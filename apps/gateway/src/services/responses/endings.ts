import type { Clock, Timer } from '../../ports/clock.ts';
import type { KeptStore } from '../../ports/kept-store.ts';
import { LONGEST_RUN_MS } from './background-runs.ts';

/** A response that is made in the background. */
export interface RunId {
  readonly owner: string;
  readonly id: string;
}

/** How a response that one gateway makes is ended by way of another: by a note in what they share. */
export interface Endings {
  /** False: the note could not be written. */
  ask(run: RunId, how: 'cancel' | 'delete'): Promise<boolean>;
  /** Looks for notes, and calls `end` once there is one. */
  heed(run: RunId, end: () => void): Heeding;
}

export interface Heeding {
  /** To be called when the response has ended: takes the note away. True: it was to be deleted. */
  over(): Promise<boolean>;
}

const LOOK_MS = 1_000;

/** Outlives the run that it ends. */
const KEPT_MS = 2 * LONGEST_RUN_MS;

export function createEndings(store: KeptStore, clock: Clock): Endings {
  const asked = async ({ owner, id }: RunId): Promise<string | undefined> => {
    const found = await store.get('ending', id, owner);
    return found.ok ? found.value : undefined;
  };
  return {
    ask: async ({ owner, id }, how) => {
      const expiresAt = clock.now() + KEPT_MS;
      return (await store.put(owner, { kind: 'ending', id, body: how, expiresAt })) === 'kept';
    },
    heed: (run, end) => {
      let isOver = false;
      let timer: Timer | undefined;
      const look = async (): Promise<void> => {
        if ((await asked(run)) !== undefined) end();
        else if (!isOver) next();
      };
      const next = (): void => {
        timer = clock.schedule(LOOK_MS, () => void look());
      };
      next();
      return {
        over: async () => {
          isOver = true;
          timer?.cancel();
          const how = await asked(run);
          if (how !== undefined) await store.delete('ending', run.id, run.owner);
          return how === 'delete';
        },
      };
    },
  };
}

/** Where there is no other gateway nobody else asks. */
export const NO_ENDINGS: Endings = {
  ask: async () => false,
  heed: () => ({ over: async () => false }),
};
