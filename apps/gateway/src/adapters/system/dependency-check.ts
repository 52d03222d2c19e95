import type { Clock } from '../../ports/clock.ts';
import type { DependencyStatus } from '../../ports/governance.ts';

export interface DependencyCheckOptions {
  readonly name: string;
  readonly clock: Clock;
  /** Resolves with what it tells of itself. Rejects while it is away. */
  readonly ask: () => Promise<Pick<DependencyStatus, 'pool'>>;
  readonly whenAway: {
    readonly status: 'degraded' | 'unhealthy';
    /** What that means for calls. */
    readonly meaning: () => string;
  };
}

/** How long health waits for an answer. */
const LONGEST_MS = 2_000;

/** Asks a dependency how it is, and remembers since when it has been away. */
export function createDependencyCheck({
  name,
  clock,
  ask,
  whenAway,
}: DependencyCheckOptions): () => Promise<DependencyStatus> {
  let awaySince: number | undefined;
  return async () => {
    const askedAt = clock.monotonic();
    try {
      const told = await within(LONGEST_MS, ask());
      awaySince = undefined;
      const latencyMs = Math.round(clock.monotonic() - askedAt);
      return { name, status: 'healthy', latencyMs, ...told };
    } catch {
      awaySince ??= clock.now();
      const since = new Date(awaySince).toISOString();
      const detail = `it does not answer (seen first at ${since}): ${whenAway.meaning()}`;
      return { name, status: whenAway.status, detail };
    }
  };
}

async function within<T>(longestMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), longestMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
