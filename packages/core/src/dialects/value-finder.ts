/**
 * A test of JSON text for a field of this name with a value other than `null`, without parsing it.
 * A name inside a string can't be mistaken for one: its closing quote would be escaped.
 */
export function valueFinder(name: string): (json: string) => boolean {
  const quoted = `"${name}"`;
  return (json) => {
    for (let at = json.indexOf(quoted); at !== -1; at = json.indexOf(quoted, at + 1)) {
      let next = skipSpace(json, at + quoted.length);
      if (json.charCodeAt(next) !== COLON) continue;
      next = skipSpace(json, next + 1);
      if (json.charCodeAt(next) !== N) return true;
    }
    return false;
  };
}

const COLON = 58;
const N = 110;

function skipSpace(json: string, from: number): number {
  let at = from;
  while (json.charCodeAt(at) <= 32) at += 1;
  return at;
}
