import type { JsonValue } from './json-value.ts';
import { LEFT_BRACE, QUOTE, skipSpace, skipString, skipValue } from './scan-json.ts';

/** A field of the outermost object, by offsets in UTF-16 units. */
export interface TopLevelField {
  readonly key: string;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/**
 * The outermost fields in their order, duplicates included. The text must be what `parseJson`
 * accepted as an object; anything else gives no fields or wrong ones, but never throws.
 */
export function scanTopLevel(text: string): readonly TopLevelField[] {
  const fields: TopLevelField[] = [];
  let at = skipSpace(text, 0);
  if (text.charCodeAt(at) !== LEFT_BRACE) return fields;
  at = skipSpace(text, at + 1);
  while (text.charCodeAt(at) === QUOTE) {
    const keyEnd = skipString(text, at);
    const key = readKey(text.slice(at, keyEnd));
    const valueStart = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const valueEnd = skipValue(text, valueStart);
    fields.push({ key, valueStart, valueEnd });
    at = skipSpace(text, skipSpace(text, valueEnd) + 1);
  }
  return fields;
}

function readKey(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}

/**
 * Writes fields into an object's text and leaves every other character alone: numbers that no
 * double can hold, order, white space, duplicates. All duplicates of an edited field are replaced;
 * a field that isn't there is put at the end; one whose new value is undefined is taken out. Same
 * precondition as `scanTopLevel`.
 */
export function editTopLevel(
  text: string,
  edits: { readonly [field: string]: JsonValue | undefined },
): string {
  const entries = Object.entries(edits);
  const unwanted = entries.filter(([, value]) => value === undefined).map(([key]) => key);
  const kept = unwanted.length === 0 ? text : removeTopLevel(text, new Set(unwanted));
  return writeTopLevel(
    kept,
    entries.filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  );
}

function writeTopLevel(text: string, edits: readonly (readonly [string, JsonValue])[]): string {
  const missing = new Map(edits);
  if (missing.size === 0) return text;
  const rendered = new Map([...missing].map(([key, value]) => [key, JSON.stringify(value)]));
  const fields = scanTopLevel(text);
  let edited = '';
  let copied = 0;
  for (const { key, valueStart, valueEnd } of fields) {
    const value = rendered.get(key);
    if (value === undefined) continue;
    missing.delete(key);
    edited += text.slice(copied, valueStart) + value;
    copied = valueEnd;
  }
  if (missing.size > 0) {
    const end = fields.at(-1)?.valueEnd ?? skipSpace(text, 0) + 1;
    const added = [...missing.keys()].map((key) => `${JSON.stringify(key)}:${rendered.get(key)}`);
    edited += text.slice(copied, end) + (fields.length > 0 ? ',' : '') + added.join(',');
    copied = end;
  }
  return edited + text.slice(copied);
}

/** Takes fields out with one comma each. */
function removeTopLevel(text: string, names: ReadonlySet<string>): string {
  const fields = scanTopLevel(text);
  let edited = '';
  let copied = 0;
  let hasKept = false;
  for (const [index, { key, valueEnd }] of fields.entries()) {
    if (!names.has(key)) {
      hasKept = true;
      continue;
    }
    const before = fields[index - 1]?.valueEnd ?? skipSpace(text, 0) + 1;
    edited += text.slice(copied, Math.max(copied, before));
    // The comma before it goes, unless it is the first that is left: then the one after it.
    copied = hasKept || index === fields.length - 1 ? valueEnd : skipSpace(text, valueEnd) + 1;
  }
  return edited + text.slice(copied);
}
