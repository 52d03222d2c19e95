import * as z from 'zod';
import { Json } from './json.ts';

export const HubRest = z.strictObject({
  dialect: z.string(),
  fields: z.record(z.string(), Json),
});
