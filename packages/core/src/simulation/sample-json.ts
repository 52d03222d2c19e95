import { isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.ts';
import { type Fuel, flatten, isList, merge, objectOr } from './flat-schema.ts';
import { numberOr, sampleNumber, sampleString } from './sample-scalar.ts';

/** Together these bound the work for any schema, one that was made to be costly included. */
const MOST_STEPS = 2000;
const MOST_ITEMS = 100;
const DEEPEST = 24;
/** From here on optional fields and items are left out, which ends most recursion. */
const DEEP = 4;

interface Place {
  readonly root: JsonObject;
  readonly fuel: Fuel;
  readonly name: string;
  readonly depth: number;
  readonly variant: number;
}

/**
 * A value that satisfies a JSON Schema, the same for the same schema. Fields are given names for
 * texts. Not looked at: `not`, `if`, `dependentSchemas`, `patternProperties`, `propertyNames`, and
 * references out of the schema.
 */
export function sampleJson(schema: JsonValue): JsonValue {
  const root = objectOr(schema);
  return sample(root, { root, fuel: { left: MOST_STEPS }, name: '', depth: 0, variant: 0 });
}

function sample(schema: JsonValue, place: Place): JsonValue {
  const { root, fuel, variant, depth } = place;
  const flat = flatten(schema, root, { fuel, variant, isDeep: depth > DEEP });
  if (flat['const'] !== undefined) return flat['const'];
  const type = typeOf(flat);
  const choices = isList(flat['enum']) ? flat['enum'].filter((one) => fits(one, flat['type'])) : [];
  if (choices.length > 0) return choices[variant % choices.length] ?? null;
  switch (type) {
    case 'object':
      return depth > DEEPEST ? {} : sampleObject(flat, place);
    case 'array':
      return depth > DEEPEST ? [] : sampleArray(flat, place);
    case 'number':
    case 'integer':
      return sampleNumber(flat, type === 'integer', variant);
    case 'boolean':
      return variant % 2 === 0;
    case 'null':
      return null;
    default:
      return sampleString(flat, place.name, variant);
  }
}

const TELLING: readonly (readonly [string, readonly string[]])[] = [
  ['object', ['properties', 'required', 'additionalProperties', 'minProperties']],
  ['array', ['items', 'prefixItems', 'minItems', 'contains']],
  ['number', ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']],
];

/** The type to give: the first named that isn't null, else what the keywords speak of. */
function typeOf(schema: JsonObject): string {
  const type = schema['type'];
  const named = isList(type) ? (type.find((one) => one !== 'null') ?? type[0]) : type;
  if (typeof named === 'string') return named;
  const told = TELLING.find(([, keywords]) => keywords.some((keyword) => keyword in schema));
  return told?.[0] ?? 'string';
}

function fits(value: JsonValue, type: JsonValue | undefined): boolean {
  const types = isList(type) ? type : type === undefined ? [] : [type];
  if (types.length === 0) return true;
  return types.some((one) => {
    if (one === 'null') return value === null;
    if (one === 'array') return isList(value);
    if (one === 'object') return isJsonObject(value);
    if (one === 'integer') return Number.isInteger(value);
    return one === typeof value;
  });
}

function sampleObject(schema: JsonObject, place: Place): JsonObject {
  const properties = objectOr(schema['properties']);
  const required = isList(schema['required'])
    ? schema['required'].filter((name) => typeof name === 'string')
    : [];
  const isOpen = !('required' in schema) && place.depth < DEEP && !('maxProperties' in schema);
  const names = new Set([...required, ...(isOpen ? Object.keys(properties) : [])]);
  const least = Math.min(numberOr(schema['minProperties'], 0), MOST_ITEMS);
  for (const name of Object.keys(properties)) if (names.size < least) names.add(name);
  for (let n = 1; names.size < least; n += 1) names.add(`field${n}`);
  const others = schema['additionalProperties'] ?? {};
  const fields = [...names].map((name) => {
    const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
    return [name, sample(own ?? others, { ...place, name, depth: place.depth + 1, variant: 0 })];
  });
  return Object.fromEntries(fields);
}

function sampleArray(schema: JsonObject, place: Place): JsonValue {
  const prefix = isList(schema['prefixItems']) ? schema['prefixItems'] : [];
  const { items = {}, contains } = schema;
  const usual = place.depth < DEEP && items !== false ? 1 : 0;
  const wanted = Math.max(
    numberOr(schema['minItems'], usual),
    prefix.length,
    contains === undefined ? 0 : prefix.length + numberOr(schema['minContains'], 1),
  );
  const count = Math.min(wanted, numberOr(schema['maxItems'], wanted), MOST_ITEMS);
  const common = contains === undefined ? items : merge(objectOr(items), objectOr(contains));
  return Array.from({ length: count }, (_, index) =>
    sample(prefix[index] ?? common, { ...place, depth: place.depth + 1, variant: index }),
  );
}
