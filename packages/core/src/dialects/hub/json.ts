import * as z from 'zod';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { MAX_JSON_DEPTH } from '../../json/parse-json.ts';

const WHAT = `expected JSON, at most ${MAX_JSON_DEPTH} levels deep`;

export const Json = z.custom<JsonValue>(isShallowJson, { error: WHAT });
export const JsonMap = z.custom<JsonObject>(
  (value) => isJsonObject(value) && isShallowJson(value),
  { error: `expected an object of JSON, at most ${MAX_JSON_DEPTH} levels deep` },
);

/** Walks with a list of its own: the depth of what comes is not to be trusted to the stack. */
function isShallowJson(root: unknown): boolean {
  const waiting: { readonly value: unknown; readonly depth: number }[] = [
    { value: root, depth: 0 },
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, depth } = next;
    if (value === null || typeof value === 'string' || typeof value === 'boolean') continue;
    if (typeof value === 'number' && Number.isFinite(value)) continue;
    if (typeof value !== 'object' || depth >= MAX_JSON_DEPTH) return false;
    const inner: readonly unknown[] = Object.values(value);
    for (const one of inner) waiting.push({ value: one, depth: depth + 1 });
  }
  return true;
}
