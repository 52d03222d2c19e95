import { scanTopLevel } from './edit-top-level.ts';
import { LEFT_BRACKET, RIGHT_BRACKET, skipSpace, skipValue } from './scan-json.ts';

/**
 * Texts of values as pieces of a larger JSON text: what an edit doesn't touch keeps every character.
 * The text must be what `parseJson` accepted; anything else comes back unedited or wrong, but never
 * throws.
 */
export type TextEdit = (value: string) => string;

/** Edits the value of one field of an object; of duplicates the last, which is what parsers read. */
export function editField(text: string, key: string, edit: TextEdit): string {
  const field = scanTopLevel(text).findLast((candidate) => candidate.key === key);
  if (field === undefined) return text;
  const { valueStart, valueEnd } = field;
  const edited = edit(text.slice(valueStart, valueEnd));
  return text.slice(0, valueStart) + edited + text.slice(valueEnd);
}

/** Edits each value of an array, in one pass: a list of thousands costs no more than its length. */
export function editItems(text: string, edit: (value: string, position: number) => string): string {
  let at = skipSpace(text, 0);
  if (text.charCodeAt(at) !== LEFT_BRACKET) return text;
  at = skipSpace(text, at + 1);
  let edited = '';
  let copied = 0;
  for (let position = 0; at < text.length && text.charCodeAt(at) !== RIGHT_BRACKET; position += 1) {
    const end = skipValue(text, at);
    edited += text.slice(copied, at) + edit(text.slice(at, end), position);
    copied = end;
    at = skipSpace(text, skipSpace(text, end) + 1);
  }
  return edited + text.slice(copied);
}
