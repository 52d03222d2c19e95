import * as z from 'zod';
import { isJsonObject, type JsonObject, type JsonValue } from './json-value.ts';

/** Deeper schemas are refused: nobody writes them by hand, and reading them costs stack. */
export const MAX_SCHEMA_DEPTH = 64;

export interface JsonSchemaProblem {
  /** Where, in steps from the schema's root. */
  readonly path: readonly (string | number)[];
  readonly detail: string;
}

const TYPES = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'] as const;
const SimpleType = z.enum(TYPES);
const Count = z.int().min(0);
const UniqueStrings = z
  .array(z.string())
  .refine((names) => new Set(names).size === names.length, { error: 'names a field twice' });

/** The keywords whose value is no schema, by what draft 2020-12's meta-schema asks of them. */
const Keywords = z.looseObject({
  $schema: z.string().exactOptional(),
  $id: z.string().exactOptional(),
  $anchor: z.string().exactOptional(),
  $dynamicAnchor: z.string().exactOptional(),
  $dynamicRef: z.string().exactOptional(),
  $ref: z.string().exactOptional(),
  $comment: z.string().exactOptional(),
  title: z.string().exactOptional(),
  description: z.string().exactOptional(),
  type: z.union([SimpleType, z.array(SimpleType).min(1)]).exactOptional(),
  enum: z.array(z.unknown()).exactOptional(),
  required: UniqueStrings.exactOptional(),
  dependentRequired: z.record(z.string(), UniqueStrings).exactOptional(),
  multipleOf: z.number().gt(0).exactOptional(),
  maximum: z.number().exactOptional(),
  exclusiveMaximum: z.number().exactOptional(),
  minimum: z.number().exactOptional(),
  exclusiveMinimum: z.number().exactOptional(),
  maxLength: Count.exactOptional(),
  minLength: Count.exactOptional(),
  pattern: z.string().exactOptional(),
  format: z.string().exactOptional(),
  maxItems: Count.exactOptional(),
  minItems: Count.exactOptional(),
  uniqueItems: z.boolean().exactOptional(),
  maxContains: Count.exactOptional(),
  minContains: Count.exactOptional(),
  maxProperties: Count.exactOptional(),
  minProperties: Count.exactOptional(),
  deprecated: z.boolean().exactOptional(),
  readOnly: z.boolean().exactOptional(),
  writeOnly: z.boolean().exactOptional(),
  examples: z.array(z.unknown()).exactOptional(),
});

/** The keywords that hold schemas, by how they hold them. */
const ONE = [
  'items',
  'contains',
  'additionalProperties',
  'propertyNames',
  'unevaluatedItems',
  'unevaluatedProperties',
  'not',
  'if',
  'then',
  'else',
  'contentSchema',
] as const;
const LIST = ['allOf', 'anyOf', 'oneOf', 'prefixItems'] as const;
const MAP = [
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
] as const;

interface Place {
  readonly schema: JsonValue;
  readonly path: readonly (string | number)[];
}

/**
 * What makes a value no JSON Schema of draft 2020-12, or nothing. A check of the schema's own
 * shape: it compiles nothing, follows no `$ref` (so a circle can't trap it) and asks of a local one
 * only that it points somewhere. Patterns are not checked: their dialect is the provider's.
 * Work is linear in the schema's size.
 */
export function checkJsonSchema(root: JsonValue): JsonSchemaProblem | undefined {
  const waiting: Place[] = [{ schema: root, path: [] }];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    if (typeof place.schema === 'boolean') continue;
    if (!isJsonObject(place.schema)) {
      return { path: place.path, detail: 'expected a schema: an object, true or false' };
    }
    if (place.path.length > MAX_SCHEMA_DEPTH) {
      return { path: place.path, detail: `nested deeper than ${MAX_SCHEMA_DEPTH} steps` };
    }
    const problem =
      checkKeywords(place.schema, place.path) ??
      checkReference(place.schema, place.path, root) ??
      openInner(place.schema, place.path, waiting);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function checkKeywords(schema: JsonObject, path: Place['path']): JsonSchemaProblem | undefined {
  const parsed = Keywords.safeParse(schema);
  if (parsed.success) return undefined;
  const [issue] = parsed.error.issues;
  const [keyword, ...inner] = issue?.path ?? [];
  const detail =
    keyword === 'type'
      ? `expected one of ${TYPES.join(', ')}, or a list of them`
      : (issue?.message ?? 'not valid').replace(/^Invalid input: /, '');
  return { path: [...path, ...steps([keyword, ...inner])], detail };
}

const steps = (path: readonly (PropertyKey | undefined)[]): readonly (string | number)[] =>
  path.flatMap((step) => (typeof step === 'string' || typeof step === 'number' ? [step] : []));

function checkReference(
  schema: JsonObject,
  path: Place['path'],
  root: JsonValue,
): JsonSchemaProblem | undefined {
  const reference = schema['$ref'];
  if (typeof reference !== 'string' || !/^#(\/|$)/.test(reference)) return undefined;
  if (pointsSomewhere(root, reference)) return undefined;
  return { path: [...path, '$ref'], detail: `"${reference.slice(0, 80)}" points nowhere` };
}

function pointsSomewhere(root: JsonValue, reference: string): boolean {
  let at: JsonValue | undefined = root;
  for (const raw of reference.split('/').slice(1)) {
    const step = unescapePointer(raw);
    if (Array.isArray(at)) at = /^\d+$/.test(step) ? at[Number(step)] : undefined;
    else at = isJsonObject(at) && Object.hasOwn(at, step) ? at[step] : undefined;
    if (at === undefined) return false;
  }
  return true;
}

function unescapePointer(step: string): string {
  const plain = step.replaceAll('~1', '/').replaceAll('~0', '~');
  return plain.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** Puts the schemas inside this one on the list of those to be checked. */
function openInner(
  schema: JsonObject,
  path: Place['path'],
  waiting: Place[],
): JsonSchemaProblem | undefined {
  for (const keyword of ONE) {
    const inner = schema[keyword];
    if (inner !== undefined) waiting.push({ schema: inner, path: [...path, keyword] });
  }
  for (const keyword of LIST) {
    const inner = schema[keyword];
    if (inner === undefined) continue;
    if (!isJsonList(inner) || inner.length === 0) {
      return { path: [...path, keyword], detail: 'expected a list of at least one schema' };
    }
    for (const [index, one] of inner.entries()) {
      waiting.push({ schema: one, path: [...path, keyword, index] });
    }
  }
  for (const keyword of MAP) {
    const inner = schema[keyword];
    if (inner === undefined) continue;
    if (!isJsonObject(inner)) {
      return { path: [...path, keyword], detail: 'expected an object of schemas by name' };
    }
    for (const [name, one] of Object.entries(inner)) {
      waiting.push({ schema: one, path: [...path, keyword, name] });
    }
  }
  return undefined;
}

const isJsonList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);
