import { changed, type Loss, lost } from '../chat/loss.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.ts';

/**
 * The part of JSON Schema that Claude's output can be held to: objects are closed, nothing recurses,
 * and limits are none. Source: platform.claude.com/docs, build-with-claude/structured-outputs, JSON
 * Schema limitations; of Bedrock the same, docs.aws.amazon.com/bedrock, structured-output.
 */
const KEPT: ReadonlySet<string> = new Set([
  ...['type', 'title', 'description', 'enum', 'const', 'default', 'required', '$ref'],
]);
const SCHEMAS: ReadonlySet<string> = new Set(['anyOf', 'allOf']);
const NAMED: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions']);
const FORMATS: ReadonlySet<JsonValue> = new Set([
  ...['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid'],
]);
const MAX_DEPTH = 200;

export const RECURSES = 'output can not be held to a schema that recurses here';

interface Walk {
  readonly isStrict: boolean;
  readonly losses: Loss[];
}

/** Undefined for a schema that recurses, or is deeper than any that is taken. */
export function closedSchema(schema: JsonObject, walk: Walk): JsonObject | undefined {
  if (recurses(schema)) return undefined;
  return close(schema, 'output.schema', walk);
}

function close(schema: JsonObject, path: string, walk: Walk): JsonObject {
  const fields: [string, JsonValue][] = [];
  const words: string[] = [];
  for (const [name, value] of Object.entries(schema)) {
    const at = `${path}.${name}`;
    if (name === '$schema' || name === 'nullable' || name === 'additionalProperties') continue;
    if (KEPT.has(name) || (name === 'format' && FORMATS.has(value)) || isLeast(name, value)) {
      fields.push([name, value]);
    } else if (name === 'items' && isJsonObject(value)) {
      fields.push([name, close(value, at, walk)]);
    } else if (NAMED.has(name) && isJsonObject(value)) {
      fields.push([name, closeEach(value, at, walk)]);
    } else if (SCHEMAS.has(name) && Array.isArray(value)) {
      fields.push([name, closeAll(value, at, walk)]);
    } else if (name === 'oneOf' && Array.isArray(value) && !('anyOf' in schema)) {
      fields.push(['anyOf', closeAll(value, at, walk)]);
    } else {
      words.push(`${name}: ${JSON.stringify(value)}`);
      const why = 'said in the description, and not enforced';
      walk.losses.push(changed('schemaKeyword', at, 'emulated', why));
    }
  }
  return closeObject(schema, described(Object.fromEntries(fields), words), { path, walk });
}

/** Of limits the API knows two. */
const isLeast = (name: string, value: JsonValue): boolean =>
  name === 'minItems' && (value === 0 || value === 1);

const closeEach = (schemas: JsonObject, path: string, walk: Walk): JsonObject =>
  Object.fromEntries(
    Object.entries(schemas).map(([name, inner]) => [
      name,
      isJsonObject(inner) ? close(inner, `${path}.${name}`, walk) : inner,
    ]),
  );

const closeAll = (schemas: readonly JsonValue[], path: string, walk: Walk): readonly JsonValue[] =>
  schemas.map((one, index) => (isJsonObject(one) ? close(one, `${path}.${index}`, walk) : one));

function closeObject(
  { type, nullable, additionalProperties: others }: JsonObject,
  closed: JsonObject,
  { path, walk }: { readonly path: string; readonly walk: Walk },
): JsonObject {
  const typed = nullable === true && typeof type === 'string' ? { type: [type, 'null'] } : {};
  const types = Array.isArray(type) ? type : [type];
  if (!types.includes('object') && !('properties' in closed)) return { ...closed, ...typed };
  // An object of other properties than those that are named would have none.
  if (isJsonObject(others) || others === true) {
    const why = 'an object has no properties here but those that are named';
    const feature = walk.isStrict ? 'outputSchema' : 'schemaKeyword';
    walk.losses.push(lost(feature, `${path}.additionalProperties`, why));
  }
  return { ...closed, ...typed, additionalProperties: false };
}

function described(schema: JsonObject, words: readonly string[]): JsonObject {
  if (words.length === 0) return schema;
  const { description } = schema;
  const told = `(${words.join(', ')})`;
  return {
    ...schema,
    description: typeof description === 'string' ? `${description} ${told}` : told,
  };
}

/** True where a schema refers to one that it stands in, or to none that could be found here. */
function recurses(root: JsonObject): boolean {
  const isOpen = new Set<string>();
  const isDone = new Set<string>();
  const walk = (value: JsonValue, depth: number): boolean => {
    if (depth > MAX_DEPTH) return true;
    if (Array.isArray(value)) return value.some((one: JsonValue) => walk(one, depth + 1));
    if (!isJsonObject(value)) return false;
    const ref = value['$ref'];
    if (typeof ref === 'string' && refers(ref, depth)) return true;
    return Object.entries(value).some(
      ([name, inner]) => name !== '$defs' && name !== 'definitions' && walk(inner, depth + 1),
    );
  };
  const refers = (ref: string, depth: number): boolean => {
    if (isOpen.has(ref)) return true;
    if (isDone.has(ref)) return false;
    const found = /^#\/(\$defs|definitions)\/([^/]+)$/.exec(ref);
    const defs = root[found?.[1] ?? ''];
    const target = isJsonObject(defs) ? defs[found?.[2] ?? ''] : undefined;
    if (target === undefined) return true;
    isOpen.add(ref);
    const isWithinItself = walk(target, depth + 1);
    isOpen.delete(ref);
    isDone.add(ref);
    return isWithinItself;
  };
  return walk(root, 0);
}
