import type { Rest } from '../../chat/rest.ts';
import type { JsonObject, JsonValue } from '../../json/json-value.ts';

export const DIALECT = 'anthropic-messages';

/** The fields that aren't known, for this dialect only; absent when there are none. */
export function restOf(
  value: { readonly [field: string]: unknown },
  known: readonly string[],
): { readonly rest?: Rest } {
  const unknown = Object.entries(value).filter(
    ([field, content]) => content !== undefined && !known.includes(field),
  );
  if (unknown.length === 0) return {};
  return { rest: { dialect: DIALECT, fields: Object.fromEntries(unknown.map(jsonField)) } };
}

const jsonField = ([field, value]: readonly [string, unknown]): [string, JsonValue] => [
  field,
  asJson(value),
];

/** Codec's edge: everything a schema let through unread came out of a JSON parser. */
export const asJson = (value: unknown): JsonValue => value as JsonValue;

export const asJsonObject = (value: { readonly [field: string]: unknown }): JsonObject =>
  value as JsonObject;

export const withoutFields = (value: JsonObject, unwanted: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([field]) => !unwanted.includes(field)));

/**
 * What this dialect itself left in `rest`; another dialect's fields are no business of ours. Those
 * that have a word in the hub are left out: a client of the hub may write what it likes here, and
 * must not by that go around the word.
 */
export function fieldsOf(rest: Rest | undefined, known: readonly string[]): JsonObject {
  if (rest === undefined || rest.dialect !== DIALECT) return {};
  return withoutFields(rest.fields, known);
}
