import type { Rest } from '../../chat/rest.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { restFor, restOf } from '../rest-of.ts';

export const DIALECT = 'bedrock-converse';

/** The fields that the hub has words for, by what they stand in; all others are kept as `rest`. */
export const KNOWN = {
  request: new Set([
    'model',
    'stream',
    'messages',
    'system',
    'inferenceConfig',
    'toolConfig',
    'requestMetadata',
    'serviceTier',
    'outputConfig',
  ]),
  document: new Set(['format', 'name', 'source']),
  /** What a reply tells of itself goes with its choice: a stream tells it only at its end. */
  reply: new Set(['output', 'stopReason', 'usage']),
} as const;

export type Place = keyof typeof KNOWN;

/** The fields that aren't known, for this dialect only; absent when there are none. */
export function restIn(
  value: { readonly [field: string]: unknown },
  place: Place,
): { readonly rest?: Rest } {
  const rest = restOf(DIALECT, value, KNOWN[place]);
  return rest === undefined ? {} : { rest };
}

export const fieldsOf = (
  rest: Rest | undefined,
  place: Place,
): { readonly [field: string]: JsonValue } => restFor(DIALECT, rest, KNOWN[place]);

/** Codec's edge: everything a schema let through unread came out of a JSON parser. */
export const asJson = (value: unknown): JsonValue => value as JsonValue;

export const asJsonObject = (value: unknown): JsonObject => {
  const json = asJson(value);
  return isJsonObject(json) ? json : {};
};
