import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';

/** Schemas that all hold, as one; `conflicts` are fields of which only the first could be kept. */
export function mergeAll(schemas: readonly JsonObject[]): {
  readonly schema: JsonObject;
  readonly conflicts: readonly string[];
} {
  const merged = new Map<string, JsonValue>();
  const conflicts = new Set<string>();
  for (const schema of schemas) {
    for (const [name, value] of Object.entries(schema)) {
      const known = merged.get(name);
      const both = known === undefined ? value : mergeField(name, known, value);
      if (both === undefined) conflicts.add(name);
      else merged.set(name, both);
    }
  }
  return { schema: Object.fromEntries(merged), conflicts: [...conflicts] };
}

/** Undefined where both can't be said at once. */
function mergeField(name: string, first: JsonValue, second: JsonValue): JsonValue | undefined {
  if (JSON.stringify(first) === JSON.stringify(second)) return first;
  if (name === 'description' || name === 'title') return first;
  if (name === 'required' && Array.isArray(first) && Array.isArray(second)) {
    return [...new Set([...first, ...second])];
  }
  if ((name === 'properties' || name === '$defs') && isJsonObject(first) && isJsonObject(second)) {
    return Object.fromEntries([
      ...Object.entries(first),
      ...Object.entries(second).map(([property, inner]): [string, JsonValue] => {
        const known = Object.hasOwn(first, property) ? first[property] : undefined;
        return [property, known === undefined ? inner : { allOf: [known, inner] }];
      }),
    ]);
  }
  if (name === 'additionalProperties') return first === false || second === false ? false : first;
  if (typeof first === 'number' && typeof second === 'number') {
    if (name.startsWith('min')) return Math.max(first, second);
    if (name.startsWith('max')) return Math.min(first, second);
  }
  if (name === 'enum' && Array.isArray(first) && Array.isArray(second)) {
    return first.filter((value) => second.includes(value));
  }
  return undefined;
}
