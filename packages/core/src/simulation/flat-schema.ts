import { isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.ts';
import { numberOr } from './sample-scalar.ts';

/** Steps that reading one schema may take: a schema may refer to itself in more ways than one. */
export interface Fuel {
  left: number;
}

export const isList = (value: JsonValue | undefined): value is readonly JsonValue[] =>
  Array.isArray(value);

export const objectOr = (value: JsonValue | undefined): JsonObject =>
  isJsonObject(value) ? value : {};

/** A schema with its references, `allOf` and one alternative of `anyOf` or `oneOf` folded in. */
export function flatten(schema: JsonValue, root: JsonObject, options: FlattenOptions): JsonObject {
  const { fuel } = options;
  const nesting = (options.nesting ?? 0) + 1;
  fuel.left -= 1;
  if (fuel.left < 0 || nesting > MOST_NESTED) return {};
  const inner = { ...options, nesting };
  let flat = objectOr(schema);
  const reference = flat['$ref'];
  if (typeof reference === 'string') {
    const { $ref: _ref, ...rest } = flat;
    flat = merge(flatten(resolve(reference, root), root, inner), rest);
  }
  const { allOf, anyOf, oneOf, ...own } = flat;
  if (!isList(allOf) && !isList(anyOf) && !isList(oneOf)) return flat;
  flat = own;
  for (const part of isList(allOf) ? allOf : []) flat = merge(flat, flatten(part, root, inner));
  for (const alternatives of [anyOf, oneOf]) {
    if (!isList(alternatives) || alternatives.length === 0) continue;
    flat = merge(flat, flatten(choose(alternatives, options), root, inner));
  }
  return flat;
}

export interface FlattenOptions {
  readonly fuel: Fuel;
  readonly variant: number;
  /** Prefer an alternative that ends the nesting. */
  readonly isDeep: boolean;
  /** How many references and combinations lie around this one. */
  readonly nesting?: number;
}

const MOST_NESTED = 64;

function choose(alternatives: readonly JsonValue[], options: FlattenOptions): JsonValue {
  const simple = options.isDeep
    ? alternatives.find((one) => isJsonObject(one) && !('$ref' in one) && !('properties' in one))
    : undefined;
  return simple ?? alternatives[options.variant % alternatives.length] ?? {};
}

/** What a local reference points to; `{}` for one that points nowhere or elsewhere. */
function resolve(reference: string, root: JsonObject): JsonValue {
  let at: JsonValue | undefined = reference.startsWith('#') ? root : undefined;
  for (const raw of reference.split('/').slice(1)) {
    const step = raw.replaceAll('~1', '/').replaceAll('~0', '~');
    if (isList(at)) at = at[Number(step)];
    else at = isJsonObject(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  }
  return at ?? {};
}

const TIGHTER = {
  minimum: Math.max,
  exclusiveMinimum: Math.max,
  minLength: Math.max,
  minItems: Math.max,
  minProperties: Math.max,
  maximum: Math.min,
  exclusiveMaximum: Math.min,
  maxLength: Math.min,
  maxItems: Math.min,
  maxProperties: Math.min,
} as const;

/** Both schemas at once, as far as that can be said in one. */
export function merge(a: JsonObject, b: JsonObject): JsonObject {
  const bounds = Object.entries(TIGHTER).flatMap(([keyword, tighter]) => {
    const [one, two] = [numberOr(a[keyword], Number.NaN), numberOr(b[keyword], Number.NaN)];
    return Number.isNaN(one) || Number.isNaN(two) ? [] : [[keyword, tighter(one, two)] as const];
  });
  const required = [
    ...(isList(a['required']) ? a['required'] : []),
    ...(isList(b['required']) ? b['required'] : []),
  ];
  return {
    ...a,
    ...b,
    ...Object.fromEntries(bounds),
    ...('properties' in a && 'properties' in b
      ? { properties: mergeProperties(objectOr(a['properties']), objectOr(b['properties'])) }
      : undefined),
    ...(required.length > 0 ? { required: [...new Set(required)] } : undefined),
  };
}

const mergeProperties = (a: JsonObject, b: JsonObject): JsonObject => ({
  ...a,
  ...Object.fromEntries(
    Object.entries(b).map(([name, schema]) => {
      const other = Object.hasOwn(a, name) ? a[name] : undefined;
      return [name, other === undefined ? schema : { allOf: [other, schema] }];
    }),
  ),
});
