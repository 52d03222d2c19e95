import * as z from 'zod';

export const Count = z.int().min(0);

const count = Count.exactOptional();

/** Tokens in disjoint classes. Absent is unknown, not zero. */
export const HubUsage = z.strictObject({
  input: z.strictObject({
    uncached: count,
    cacheRead: count,
    cacheWrite5m: count,
    cacheWrite1h: count,
    audio: count,
    image: count,
  }),
  output: z.strictObject({
    text: count,
    reasoning: count,
    audio: count,
    image: count,
    acceptedPrediction: count,
    rejectedPrediction: count,
  }),
  serverTools: z.record(z.string(), Count).exactOptional(),
  provenance: z.enum(['provider', 'estimate', 'interrupted']),
});
