import * as z from 'zod';
import { Json } from './json.ts';

/** The version of this schema. A change that old clients can't read makes a new one. */
export const HUB_VERSION = 1;

/** May be left out by clients, which then mean this version; always sent. */
export const Version = z.literal(HUB_VERSION).exactOptional();

export const Count = z.int().min(0);

export const HubRest = z.strictObject({
  dialect: z.string(),
  fields: z.record(z.string(), Json),
});

export const HubLoss = z.strictObject({
  path: z.string(),
  action: z.enum(['dropped', 'clamped', 'emulated', 'moved']),
  why: z.string(),
  weight: z.enum(['meaning', 'hint']),
});
