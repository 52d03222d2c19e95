import * as z from 'zod';

/** What Zion accepts, from the predecessor's wire contract. Its own, so closed: no unknown fields. */

const count = z.int().positive();

export const Increment = z.strictObject({
  email: z.string().regex(/^\S+@\S+$/),
  // A zero is left out, never sent.
  aiInputTokens: count.optional(),
  aiOutputTokens: count.optional(),
  aiRequests: count.optional(),
  model: z.string().min(1).optional(),
  timestamp: z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'not ISO 8601 in UTC with milliseconds')
    .optional(),
});
export type Increment = z.infer<typeof Increment>;

export const MAX_INCREMENTS = 1_000;

export const BatchIncrementRequest = z.strictObject({
  increments: z.array(Increment).min(1).max(MAX_INCREMENTS),
});
