import { isJsonObject, type JsonValue } from '../json/json-value.ts';

/** All strings under the named fields, at any depth, in order: what an estimate counts. */
export function textWithin(value: JsonValue | undefined, fields: ReadonlySet<string>): string {
  const texts: string[] = [];
  const walk = (node: JsonValue, isWanted: boolean): void => {
    if (typeof node === 'string') {
      if (isWanted && node !== '') texts.push(node);
    } else if (Array.isArray(node)) {
      for (const item of node) walk(item, isWanted);
    } else if (isJsonObject(node)) {
      for (const [name, inner] of Object.entries(node)) walk(inner, fields.has(name));
    }
  };
  if (value !== undefined) walk(value, true);
  return texts.join('\n');
}
