import * as z from 'zod';

export const HubLoss = z.strictObject({
  path: z.string(),
  action: z.enum(['dropped', 'clamped', 'emulated', 'moved']),
  why: z.string(),
  weight: z.enum(['meaning', 'hint']),
});
