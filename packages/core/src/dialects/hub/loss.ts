import * as z from 'zod';
import { FEATURE_NAMES } from '../../chat/features.ts';

export const HubLoss = z.strictObject({
  feature: z.enum(FEATURE_NAMES),
  path: z.string(),
  action: z.enum(['dropped', 'clamped', 'emulated', 'moved']),
  why: z.string(),
  weight: z.enum(['meaning', 'hint']),
});
