import { inputTokens, outputTokens, type Provenance, type Usage } from '../chat/usage.ts';

type Counts = { readonly [name: string]: number | undefined };

/** Absent stays absent only where both sides lack it: unknown is not zero. */
function addCounts(a: Counts, b: Counts): { readonly [name: string]: number } {
  // By way of a map, since tools have the names that providers give them, `__proto__` for one.
  const sums = new Map<string, number>();
  for (const [name, value] of [...Object.entries(a), ...Object.entries(b)]) {
    if (value !== undefined) sums.set(name, (sums.get(name) ?? 0) + value);
  }
  return Object.fromEntries(sums);
}

const TRUST = ['provider', 'estimate', 'interrupted'] as const satisfies readonly Provenance[];

const leastTrusted = (a: Provenance, b: Provenance): Provenance =>
  TRUST.indexOf(a) > TRUST.indexOf(b) ? a : b;

/** Class by class. The sum is no more certain than the less certain of the two. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    input: addCounts(a.input, b.input),
    output: addCounts(a.output, b.output),
    ...(a.serverTools === undefined && b.serverTools === undefined
      ? undefined
      : { serverTools: addCounts(a.serverTools ?? {}, b.serverTools ?? {}) }),
    provenance: leastTrusted(a.provenance, b.provenance),
  };
}

/** Whether both sides were counted. A stream that was cut has often told its input only. */
export const isComplete = (usage: Usage): boolean =>
  hasCounts(usage.input) && hasCounts(usage.output);

/** Whether any class was told, be it as 0. */
export function hasCounts(counts: Counts): boolean {
  for (const name of Object.keys(counts)) if (counts[name] !== undefined) return true;
  return false;
}

export function estimateUsage(estimate: {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly provenance: Exclude<Provenance, 'provider'>;
}): Usage {
  return {
    input: { uncached: estimate.inputTokens },
    output: { text: estimate.outputTokens },
    provenance: estimate.provenance,
  };
}

/** The sums that reports show. Cached input and reasoning are parts of input and output. */
export interface UsageTotals {
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  readonly totalTokens: number;
}

/** Here, and only here, unknown classes count as nothing. */
export function usageTotals(usage: Usage | undefined): UsageTotals {
  const input = usage === undefined ? 0 : inputTokens(usage);
  const output = usage === undefined ? 0 : outputTokens(usage);
  return {
    inputTokens: input,
    cachedInputTokens: usage?.input.cacheRead ?? 0,
    cacheWriteTokens: (usage?.input.cacheWrite5m ?? 0) + (usage?.input.cacheWrite1h ?? 0),
    outputTokens: output,
    reasoningTokens: usage?.output.reasoning ?? 0,
    totalTokens: input + output,
  };
}
