/**
 * Whether JSON text has a field of this name with a value other than `null`, without parsing it.
 * A name inside a string can't be mistaken for one: its closing quote would be escaped.
 */
export function hasValue(json: string, name: string): boolean {
  const quoted = `"${name}"`;
  for (let at = json.indexOf(quoted); at !== -1; at = json.indexOf(quoted, at + 1)) {
    let next = at + quoted.length;
    while (isSpace(json.charCodeAt(next))) next += 1;
    if (json.charCodeAt(next) !== COLON) continue;
    next += 1;
    while (isSpace(json.charCodeAt(next))) next += 1;
    if (json.charCodeAt(next) !== N) return true;
  }
  return false;
}

const COLON = 58;
const N = 110;
const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13);
