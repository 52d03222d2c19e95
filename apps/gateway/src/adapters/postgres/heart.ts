export interface HeartOptions {
  /** False: nobody heard it. */
  readonly beat: () => Promise<boolean>;
  readonly everyMs: number;
}

export interface Heart {
  /** For how long it has beaten without a gap. */
  steadyMs(): number;
  /** Waits for the beat under way. */
  stop(): Promise<void>;
}

/** Beats left out, or late, before what was steady counts as anew. */
const GAP = 3;

/** Keeps a gateway heard of. By real time: whether others live is no matter of a test's clock. */
export function startHeart({ beat, everyMs }: HeartOptions): Heart {
  let heardAt = performance.now();
  let steadyFrom = heardAt;
  let isStopped = false;
  let running = Promise.resolve();
  let timer: NodeJS.Timeout;

  const beatOnce = async (): Promise<void> => {
    const isHeard = await beat().catch(() => false);
    const now = performance.now();
    if (!isHeard || now - heardAt > GAP * everyMs) steadyFrom = now;
    if (isHeard) heardAt = now;
    if (!isStopped) schedule();
  };
  const schedule = (): void => {
    timer = setTimeout(() => {
      running = beatOnce();
    }, everyMs);
    timer.unref();
  };
  schedule();

  return {
    steadyMs: () => performance.now() - steadyFrom,
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
