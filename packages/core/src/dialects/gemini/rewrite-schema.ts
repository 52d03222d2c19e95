import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { mergeAll } from './merge-schemas.ts';

/** How a schema says something other than before. */
export interface SchemaChange {
  /** Within the schema: `properties.city.pattern`. */
  readonly path: string;
  /** `emulated`: said in words to the model, and enforced by nobody. */
  readonly action: 'dropped' | 'emulated' | 'clamped';
  readonly why: string;
}

export interface RewrittenSchema {
  readonly schema: JsonObject;
  readonly changes: readonly SchemaChange[];
}

/** Keywords that are understood, by the documents of `responseJsonSchema`. */
const KEPT = new Set([
  'type',
  'format',
  'title',
  'description',
  'enum',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
  'required',
  'propertyOrdering',
]);

/** Limits that a model can be told in words. */
const TOLD = [
  'pattern',
  'minLength',
  'maxLength',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'default',
];

/** Structure that neither the API nor a sentence can say. */
const LOST = [
  'not',
  'if',
  'then',
  'else',
  'patternProperties',
  'propertyNames',
  'contains',
  'dependentRequired',
  'dependentSchemas',
  'dependencies',
  'unevaluatedProperties',
  'unevaluatedItems',
];

/** A definition within itself is unrolled this often. */
const MAX_UNROLLED = 2;
/** Schemas within a schema once references are inlined; more are left open. */
const MAX_NODES = 4_000;
const MAX_DEPTH = 100;

interface Walk {
  readonly root: JsonObject;
  readonly changes: SchemaChange[];
  nodes: number;
}

interface Place {
  readonly path: string;
  readonly depth: number;
  /** The references that this place stands within. */
  readonly within: readonly string[];
}

/**
 * A JSON Schema in the part of the language that the API understands: references inlined, constants
 * as enumerations of one, `allOf` merged, `nullable` as a type. What it understands stays as it came.
 */
export function rewriteSchema(schema: JsonObject): RewrittenSchema {
  const walk: Walk = { root: schema, changes: [], nodes: 0 };
  const rewritten = rewrite(schema, { path: '', depth: 0, within: [] }, walk);
  return { schema: rewritten, changes: walk.changes };
}

function change(walk: Walk, path: string, action: SchemaChange['action'], why: string): void {
  walk.changes.push({ path, action, why });
}

const under = (place: Place, ...steps: readonly string[]): Place => ({
  ...place,
  path: [...(place.path === '' ? [] : [place.path]), ...steps].join('.'),
  depth: place.depth + 1,
});

function rewrite(value: JsonValue, place: Place, walk: Walk): JsonObject {
  walk.nodes += 1;
  if (walk.nodes > MAX_NODES || place.depth > MAX_DEPTH) {
    if (walk.nodes <= MAX_NODES + 1 || place.depth > MAX_DEPTH) {
      change(walk, place.path, 'clamped', 'a schema that is too large, left open from here');
    }
    return {};
  }
  if (!isJsonObject(value)) {
    if (value === false) change(walk, place.path, 'dropped', 'a schema that allows nothing');
    return {};
  }
  const { $ref: ref, ...beside } = value;
  if (typeof ref === 'string') return inlined(ref, beside, { place, walk });
  const { allOf, ...others } = value;
  if (Array.isArray(allOf)) {
    const resolved = [others, ...allOf].map((part) => resolve(part, { place, walk }));
    const { schema, conflicts } = mergeAll(resolved.map(({ schema: one }) => one));
    for (const field of conflicts) {
      change(walk, under(place, 'allOf', field).path, 'dropped', 'parts that contradict');
    }
    const within = resolved.flatMap((one) => one.within);
    return rewrite(schema, { ...place, within: [...place.within, ...within] }, walk);
  }
  return rewriteNode(value, place, walk);
}

interface Context {
  readonly place: Place;
  readonly walk: Walk;
}

function inlined(ref: string, beside: JsonObject, { place, walk }: Context): JsonObject {
  const found = lookUp(ref, walk.root);
  if (found === undefined) {
    change(walk, under(place, '$ref').path, 'dropped', 'a reference that leads nowhere here');
    return rewrite(beside, { ...place, depth: place.depth + 1 }, walk);
  }
  if (place.within.filter((one) => one === ref).length >= MAX_UNROLLED) {
    const why = `a schema within itself, unrolled ${MAX_UNROLLED} times`;
    change(walk, place.path, 'clamped', why);
    return described(found);
  }
  const target: Place = { ...place, depth: place.depth + 1, within: [...place.within, ref] };
  const { $defs: _defs, definitions: _definitions, ...said } = beside;
  return rewrite(isJsonObject(found) ? { ...found, ...said } : found, target, walk);
}

/** Where unrolling ends, any value of the same type is taken. */
const described = (schema: JsonValue): JsonObject =>
  isJsonObject(schema)
    ? Object.fromEntries(
        Object.entries(schema).filter(([name]) => name === 'type' || name === 'description'),
      )
    : {};

/** One part of an `allOf`, with what it refers to in its place. */
function resolve(
  part: JsonValue,
  { place, walk }: Context,
): { readonly schema: JsonObject; readonly within: readonly string[] } {
  let schema: JsonValue = part;
  const within: string[] = [];
  while (isJsonObject(schema) && typeof schema['$ref'] === 'string') {
    const { $ref: ref, ...beside }: { readonly [name: string]: JsonValue } = schema;
    const seen = [...place.within, ...within].filter((one) => one === ref).length;
    const found = typeof ref === 'string' ? lookUp(ref, walk.root) : undefined;
    if (found === undefined || !isJsonObject(found) || seen >= MAX_UNROLLED) {
      change(walk, under(place, 'allOf').path, 'dropped', 'a reference that leads nowhere here');
      return { schema: beside, within };
    }
    within.push(String(ref));
    schema = { ...found, ...beside };
  }
  return { schema: isJsonObject(schema) ? schema : {}, within };
}

/** The schema that a reference within the same document names. */
function lookUp(ref: string, root: JsonObject): JsonValue | undefined {
  if (ref === '#') return root;
  if (!ref.startsWith('#/')) return undefined;
  let found: JsonValue | undefined = root;
  for (const step of ref.slice(2).split('/')) {
    const name = decoded(step).replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(found)) found = found[Number(name)];
    else if (isJsonObject(found) && Object.hasOwn(found, name)) found = found[name];
    else return undefined;
  }
  return found;
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

function rewriteNode(schema: JsonObject, place: Place, walk: Walk): JsonObject {
  const fields: [string, JsonValue][] = [];
  const words: string[] = [];
  const tell = (name: string, value: JsonValue): void => {
    words.push(`${name}: ${JSON.stringify(value)}`);
    // A default changes nothing that is allowed.
    if (name === 'default') return;
    change(walk, under(place, name).path, 'emulated', 'said in the description, and not enforced');
  };
  for (const [name, value] of Object.entries(schema)) {
    const at = under(place, name);
    if (name === 'properties' && isJsonObject(value)) {
      fields.push([name, propertiesOf(value, at, walk)]);
    } else if (name === 'items' && Array.isArray(value)) {
      fields.push(['prefixItems', value.map((one) => rewrite(one, at, walk))]);
    } else if (name === 'items') fields.push([name, rewrite(value, at, walk)]);
    else if (name === 'prefixItems' && Array.isArray(value)) {
      fields.push([name, value.map((one) => rewrite(one, at, walk))]);
    } else if ((name === 'anyOf' || name === 'oneOf') && Array.isArray(value)) {
      fields.push([name, value.map((one, index) => rewrite(one, under(at, `${index}`), walk))]);
    } else if (name === 'additionalProperties') {
      fields.push([name, typeof value === 'boolean' ? value : rewrite(value, at, walk)]);
    } else if (name === 'const') {
      const constant = constantOf(value);
      if (constant === undefined) tell(name, value);
      else fields.push(...Object.entries(constant));
    } else if (name === 'exclusiveMinimum' && isWhole(schema, value)) {
      fields.push(['minimum', value + 1]);
    } else if (name === 'exclusiveMaximum' && isWhole(schema, value)) {
      fields.push(['maximum', value - 1]);
    } else if (TOLD.includes(name)) tell(name, value);
    else if (LOST.includes(name)) {
      change(walk, at.path, 'dropped', `"${name}" can not be said here`);
    } else if (KEPT.has(name)) fields.push([name, value]);
  }
  return withNull(withWords(Object.fromEntries(fields), words), schema);
}

const propertiesOf = (properties: JsonObject, place: Place, walk: Walk): JsonObject =>
  Object.fromEntries(
    Object.entries(properties).map(([name, inner]) => [
      name,
      rewrite(inner, under(place, name), walk),
    ]),
  );

function constantOf(value: JsonValue): JsonObject | undefined {
  if (typeof value === 'string') return { type: 'string', enum: [value] };
  if (typeof value === 'number') return { type: 'number', enum: [value] };
  return value === null ? { type: 'null' } : undefined;
}

const isWhole = (schema: JsonObject, limit: JsonValue): limit is number =>
  schema['type'] === 'integer' && Number.isSafeInteger(limit);

function withWords(schema: JsonObject, words: readonly string[]): JsonObject {
  if (words.length === 0) return schema;
  const told = `(${words.join(', ')})`;
  const { description } = schema;
  return {
    ...schema,
    description: typeof description === 'string' ? `${description} ${told}` : told,
  };
}

/** `nullable` is OpenAPI's word, which many schemas of tools borrow. */
function withNull(rewritten: JsonObject, { nullable }: JsonObject): JsonObject {
  if (nullable !== true) return rewritten;
  const { type, anyOf } = rewritten;
  if (typeof type === 'string') return { ...rewritten, type: [type, 'null'] };
  if (Array.isArray(type)) return { ...rewritten, type: [...new Set([...type, 'null'])] };
  return Array.isArray(anyOf) ? { ...rewritten, anyOf: [...anyOf, { type: 'null' }] } : rewritten;
}
