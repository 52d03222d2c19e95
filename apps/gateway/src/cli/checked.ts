import { err, ok } from '@tollgate/core';
import { wireProblem } from '@tollgate/core/dialects';
import type * as z from 'zod';
import { valueOrFail } from './operator.ts';

/** What was typed, as the faces' own schema reads it; a mistake is told by its option. */
export function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const read = schema.safeParse(value);
  return valueOrFail(read.success ? ok(read.data) : err(wireProblem(read.error)));
}
