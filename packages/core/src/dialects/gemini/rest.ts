import type { Rest } from '../../chat/rest.ts';
import type { JsonObject, JsonValue } from '../../json/json-value.ts';

export const DIALECT = 'gemini';

type Fields = { readonly [field: string]: unknown };

/** The fields that aren't known, for this dialect only; absent when there are none. */
export function restOf(value: Fields, known: readonly string[]): { readonly rest?: Rest } {
  const fields = unknownFields(value, known);
  return Object.keys(fields).length === 0 ? {} : { rest: { dialect: DIALECT, fields } };
}

export const unknownFields = (value: Fields, known: readonly string[]): JsonObject =>
  asJsonObject(
    Object.fromEntries(
      Object.entries(value).filter(
        ([field, content]) => content !== undefined && !known.includes(field),
      ),
    ),
  );

/** Codec's edge: everything a schema let through unread came out of a JSON parser. */
export const asJson = (value: unknown): JsonValue => value as JsonValue;

export const asJsonObject = (value: Fields): JsonObject => value as JsonObject;

/** What this dialect itself left in `rest`; another dialect's fields are no business of ours. */
export const fieldsOf = (rest: Rest | undefined): JsonObject =>
  rest !== undefined && rest.dialect === DIALECT ? rest.fields : {};
