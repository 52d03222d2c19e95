import { err, ok, type Result } from '@tollgate/core';
import type { GatewayError } from '@tollgate/core/chat';
import type { Clock } from '../../ports/clock.ts';

export interface RunBounds {
  readonly perOwner: number;
  readonly overall: number;
  readonly longestMs: number;
}

export const LONGEST_RUN_MS = 3_600_000;

const BOUNDS: RunBounds = { perOwner: 16, overall: 256, longestMs: LONGEST_RUN_MS };

/** Why a run was ended before its work was done. */
export type RunEnd = 'cancelled' | 'timed-out' | 'closing';

/** Work that goes on after its caller was answered: so much of it, for so long, and not past the end. */
export interface BackgroundRuns {
  start(
    run: { readonly owner: string; readonly id: string },
    work: (signal: AbortSignal) => Promise<void>,
  ): Result<void, GatewayError>;
  isRunning(id: string): boolean;
  /** Ends it, and resolves when it has ended. */
  cancel(id: string): Promise<void>;
  close(): Promise<void>;
}

interface Running {
  readonly owner: string;
  readonly end: (why: RunEnd) => void;
  readonly ended: Promise<void>;
}

export function createBackgroundRuns(
  clock: Clock,
  bounds: Partial<RunBounds> = {},
): BackgroundRuns {
  const { perOwner, overall, longestMs } = { ...BOUNDS, ...bounds };
  const running = new Map<string, Running>();
  let isClosed = false;

  const refusal = (owner: string): GatewayError | undefined => {
    if (isClosed) return { kind: 'shutting_down', retryAfterSeconds: 1 };
    const own = [...running.values()].filter((run) => run.owner === owner).length;
    if (own >= perOwner) return tooMany('responses running in the background', perOwner);
    return running.size >= overall
      ? tooMany('responses of all callers running in the background', overall)
      : undefined;
  };

  return {
    start: ({ owner, id }, work) => {
      const refused = refusal(owner);
      if (refused !== undefined) return err(refused);
      const controller = new AbortController();
      const end = (why: RunEnd): void => controller.abort(why);
      const timer = clock.schedule(longestMs, () => end('timed-out'));
      const ended = work(controller.signal).finally(() => {
        timer.cancel();
        running.delete(id);
      });
      running.set(id, { owner, end, ended });
      return ok(undefined);
    },
    isRunning: (id) => running.has(id),
    cancel: async (id) => {
      const run = running.get(id);
      run?.end('cancelled');
      await run?.ended;
    },
    close: async () => {
      isClosed = true;
      for (const run of running.values()) run.end('closing');
      await Promise.all([...running.values()].map(({ ended }) => ended));
    },
  };
}

const tooMany = (name: string, limit: number): GatewayError => ({
  kind: 'rate_limited',
  limit: { name, limit, used: limit, remaining: 0, retryAfterSeconds: 5 },
});
