import type { Rest } from '../chat/rest.ts';
import type { JsonValue } from '../json/json-value.ts';

/**
 * The fields of a wire object that the hub has no word for, kept for their own dialect. What a
 * parsed body holds is JSON by its making: the only thing the type no longer says.
 */
export function restOf(
  dialect: string,
  wire: { readonly [name: string]: unknown },
  known: ReadonlySet<string>,
): Rest | undefined {
  const fields = Object.entries(wire).filter(
    ([name, value]) => !known.has(name) && value !== undefined,
  );
  if (fields.length === 0) return undefined;
  return { dialect, fields: Object.fromEntries(fields) as { [name: string]: JsonValue } };
}

/**
 * The kept fields, when they are of this dialect. Those that have a word in the hub are left out: a
 * client of the hub may write what it likes here, and must not by that go around the word.
 */
export function restFor(
  dialect: string,
  rest: Rest | undefined,
  known: ReadonlySet<string>,
): { readonly [name: string]: JsonValue } {
  if (rest === undefined || rest.dialect !== dialect) return {};
  const fields = Object.entries(rest.fields).filter(([name]) => !known.has(name));
  return Object.fromEntries(fields);
}
