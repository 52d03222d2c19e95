/** How often values came, in steps of about a quarter, the latest ones weighing most. */
export interface Histogram {
  readonly counts: readonly number[];
  readonly total: number;
}

/** Three steps to each doubling, up to 2^21. */
const STEPS = 64;
const STEPS_A_DOUBLING = 3;
/** From here on each halves: what a model wrote last week says little of today. */
const MOST = 256;

export const EMPTY_HISTOGRAM: Histogram = { counts: [], total: 0 };

const stepOf = (value: number): number =>
  Math.min(STEPS - 1, Math.max(0, Math.ceil(STEPS_A_DOUBLING * Math.log2(Math.max(1, value)))));

export function observe({ counts, total }: Histogram, value: number): Histogram {
  const step = stepOf(value);
  const isFull = total >= MOST;
  const next = Array.from({ length: Math.max(counts.length, step + 1) }, (_, index) => {
    const count = counts[index] ?? 0;
    return (isFull ? count >> 1 : count) + (index === step ? 1 : 0);
  });
  return { counts: next, total: isFull ? next.reduce((sum, count) => sum + count, 0) : total + 1 };
}

/** A value that this share of those that came did not pass; undefined: none came. */
export function quantileOf({ counts, total }: Histogram, share: number): number | undefined {
  let seen = 0;
  for (const [step, count] of counts.entries()) {
    seen += count;
    if (count > 0 && seen >= share * total) return Math.ceil(2 ** (step / STEPS_A_DOUBLING));
  }
  return undefined;
}
