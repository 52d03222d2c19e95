import * as z from 'zod';

/** A model and where it is. */
export const ProviderModel = z
  .string()
  .regex(/^[^/\s]+\/\S+$/, 'expected provider/model, as in openai/gpt-4o-mini');
