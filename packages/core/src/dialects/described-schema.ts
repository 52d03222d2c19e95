import { type Loss, lost } from '../chat/loss.ts';
import type { OutputFormat } from '../chat/request.ts';
import type { JsonObject } from '../json/json-value.ts';

/** A schema for output with what was said of it, where a wire has no field for that beside it. */
export function describedSchema(
  { schema, description }: Extract<OutputFormat, { readonly type: 'json-schema' }>,
  losses: Loss[],
): JsonObject {
  if (description === undefined || schema['description'] === description) return schema;
  if (schema['description'] === undefined) return { ...schema, description };
  losses.push(lost('outputDescription', 'output.description', 'a schema describes itself here'));
  return schema;
}
