import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';

/** Counts are 64-bit integers on this wire, which are written as text. */
const COUNTS = new Set([
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'minProperties',
  'maxProperties',
]);

/** The API's own kind of schema, of OpenAPI 3.0, as JSON Schema. */
export function jsonSchemaOf(schema: JsonObject): JsonObject {
  const { nullable, ...others } = schema;
  const fields = Object.fromEntries(
    Object.entries(others).map(([name, value]) => {
      const plain = camel(name);
      return [plain, fieldOf(plain, value)];
    }),
  );
  if (nullable !== true) return fields;
  const { type } = fields;
  if (typeof type === 'string') return { ...fields, type: [type, 'null'] };
  return { anyOf: [fields, { type: 'null' }] };
}

const SNAKE: { readonly [name: string]: string } = {
  any_of: 'anyOf',
  min_items: 'minItems',
  max_items: 'maxItems',
  property_ordering: 'propertyOrdering',
};

const camel = (name: string): string => (Object.hasOwn(SNAKE, name) ? (SNAKE[name] ?? name) : name);

function fieldOf(name: string, value: JsonValue): JsonValue {
  if (name === 'type' && typeof value === 'string') return value.toLowerCase();
  if (COUNTS.has(name) && typeof value === 'string' && /^\d{1,15}$/.test(value)) {
    return Number(value);
  }
  if (name === 'items' && isJsonObject(value)) return jsonSchemaOf(value);
  if (name === 'anyOf' && Array.isArray(value)) {
    return value.map((one: JsonValue) => (isJsonObject(one) ? jsonSchemaOf(one) : one));
  }
  if (name !== 'properties' || !isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([property, inner]) => [
      property,
      isJsonObject(inner) ? jsonSchemaOf(inner) : inner,
    ]),
  );
}
