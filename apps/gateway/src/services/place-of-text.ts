import { jsonPath } from '@tollgate/core/dialects';

/** No client's message is nested deeper. */
const MAX_DEPTH = 24;

/** Itself, or what a data URL holds. */
const isSame = (value: string, text: string): boolean =>
  (value === text && text !== '') || (value.startsWith('data:') && value.endsWith(`,${text}`));

/** Where a text stands in a body, in the body's own words; undefined where it doesn't. */
export function placeOfText(body: unknown, text: string): string | undefined {
  const path: (string | number)[] = [];
  const isWithin = (value: unknown): boolean => {
    if (typeof value === 'string') return isSame(value, text);
    if (typeof value !== 'object' || value === null || path.length > MAX_DEPTH) return false;
    const entries = Array.isArray(value) ? value.entries() : Object.entries(value);
    for (const [key, inner] of entries) {
      path.push(key);
      if (isWithin(inner)) return true;
      path.pop();
    }
    return false;
  };
  return isWithin(body) ? jsonPath(path) : undefined;
}
