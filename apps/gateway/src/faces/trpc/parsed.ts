import { wireProblem } from '@tollgate/core/dialects';
import type * as z from 'zod';
import { thrown } from './errors.ts';

/** The input as its schema reads it; what is wrong with it is thrown with its path. */
export function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw thrown(wireProblem(result.error));
}
