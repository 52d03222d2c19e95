/** What one side counts for a model on a day, in UTC. What it does not tell is absent, and not compared. */
export interface DayFigures {
  /** `2026-11-26`. */
  readonly day: string;
  readonly model: string;
  readonly requests?: number;
  /** Cached ones included, as OpenAI counts. */
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly picoUsd?: bigint;
}

export const COUNTED = ['requests', 'inputTokens', 'outputTokens'] as const;

/** A sum a day and model. */
export function addFigures(all: Iterable<DayFigures>): ReadonlyMap<string, DayFigures> {
  const sums = new Map<string, DayFigures>();
  for (const one of all) {
    const name = `${one.day} ${one.model}`;
    const before = sums.get(name);
    sums.set(name, before === undefined ? one : addedUp(before, one));
  }
  return sums;
}

function addedUp(one: DayFigures, other: DayFigures): DayFigures {
  const sum = { day: one.day, model: one.model };
  const counts = Object.fromEntries(
    COUNTED.flatMap((name) => {
      const [left, right] = [one[name], other[name]];
      return left === undefined && right === undefined ? [] : [[name, (left ?? 0) + (right ?? 0)]];
    }),
  );
  const { picoUsd } = one;
  if (picoUsd === undefined && other.picoUsd === undefined) return { ...sum, ...counts };
  return { ...sum, ...counts, picoUsd: (picoUsd ?? 0n) + (other.picoUsd ?? 0n) };
}
