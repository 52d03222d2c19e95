import type { JsonValue } from '../../json/json-value.ts';
import type { PartialArg } from './reply-wire.ts';

/** An object or list while it grows: a Map, so that no name of a field can mean anything to us. */
type Node = Map<string, Node> | { leaf: string | number | boolean | null; isText: boolean };

const MAX_DEPTH = 64;

/** Arguments of a call that come piece by piece, each at its JSON path; text is appended. */
export interface PartialArguments {
  add(piece: PartialArg): void;
  json(): string;
}

export function createPartialArguments(): PartialArguments {
  const root = new Map<string, Node>();
  const add = (piece: PartialArg): void => {
    const path = stepsOf(piece.jsonPath);
    const last = path.at(-1);
    if (last === undefined || path.length > MAX_DEPTH) return;
    let parent = root;
    for (const step of path.slice(0, -1)) {
      const known = parent.get(step);
      if (known instanceof Map) parent = known;
      else {
        const fresh = new Map<string, Node>();
        parent.set(step, fresh);
        parent = fresh;
      }
    }
    const value = valueIn(piece);
    const known = parent.get(last);
    if (value === undefined) return;
    if (typeof value === 'string' && known !== undefined && !(known instanceof Map)) {
      if (known.isText) {
        known.leaf = `${known.leaf}${value}`;
        return;
      }
    }
    parent.set(last, { leaf: value, isText: typeof value === 'string' });
  };
  return { add, json: () => JSON.stringify(valueAt(root)) };
}

function valueIn(piece: PartialArg): string | number | boolean | null | undefined {
  if (piece.stringValue != null) return piece.stringValue;
  if (piece.numberValue != null) return piece.numberValue;
  if (piece.boolValue != null) return piece.boolValue;
  return piece.nullValue === undefined ? undefined : null;
}

/** Items of lists keep a mark, which no field of an object can begin with once parsed. */
const ITEM = '#';
const FIELD = '.';

/** `$.a.b[0]['c d']` as `.a`, `.b`, `#0`, `.c d`. */
function stepsOf(path: string): readonly string[] {
  const steps: string[] = [];
  const pattern = /\.([^.[\]]+)|\[(\d+)\]|\[(['"])(.*?)\3\]/g;
  for (const [, name, index, , quoted] of path.replace(/^\$/, '').matchAll(pattern)) {
    steps.push(index === undefined ? `${FIELD}${name ?? quoted ?? ''}` : `${ITEM}${index}`);
  }
  return steps;
}

function valueAt(node: Node): JsonValue {
  if (!(node instanceof Map)) return node.leaf;
  const entries = [...node];
  if (entries.length > 0 && entries.every(([step]) => step.startsWith(ITEM))) {
    return entries
      .sort(([left], [right]) => Number(left.slice(1)) - Number(right.slice(1)))
      .map(([, item]) => valueAt(item));
  }
  return Object.fromEntries(entries.map(([step, inner]) => [step.slice(1), valueAt(inner)]));
}
