import { isJsonObject, type JsonValue } from '../json/json-value.ts';

/** What a known field may hold; `null` always does. `empty` is a list without items. */
type Kind = 'text' | 'count' | 'number' | 'absent' | 'empty' | readonly [Shape] | Shape;

export interface Shape {
  readonly [field: string]: Kind;
}

/**
 * True for a value that a tolerant schema of this shape would give back as it is: no known field of
 * another kind, any unknown one. Measured: walking a schema costs each of a stream's many small
 * events several times what reading its JSON does.
 */
export function fitsShape(value: unknown, shape: Shape): boolean {
  if (!isJsonObject(value)) return false;
  for (const field of Object.keys(value)) {
    // Which a schema leaves out.
    if (field === '__proto__') return false;
    const kind = Object.hasOwn(shape, field) ? shape[field] : undefined;
    if (kind !== undefined && !fitsKind(value[field], kind)) return false;
  }
  return true;
}

function fitsKind(value: JsonValue | undefined, kind: Kind): boolean {
  if (value === null) return true;
  switch (kind) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'count':
      return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
    case 'absent':
      return false;
    case 'empty':
      return Array.isArray(value) && value.length === 0;
    default:
      return isList(kind)
        ? Array.isArray(value) && value.every((item) => fitsShape(item, kind[0]))
        : fitsShape(value, kind);
  }
}

const isList = (kind: readonly [Shape] | Shape): kind is readonly [Shape] => Array.isArray(kind);
