import { isJsonObject, type JsonObject } from '../../json/json-value.ts';

interface Seen {
  readonly told: number | undefined;
  readonly id: string | undefined;
}

/**
 * The true index of each tool call delta of one choice, where look-alikes leave the index out or give
 * every call the same: a call is another one when its id or, without ids, its name begins anew.
 */
export function createCallCounter(): (call: JsonObject) => number {
  const seen: Seen[] = [];
  return (call) => {
    const id = idOf(call);
    const told = typeof call['index'] === 'number' ? call['index'] : undefined;
    const found = find(seen, { told, id }, beginsCall(call));
    if (found !== -1) return found;
    seen.push({ told, id });
    return seen.length - 1;
  };
}

function find(seen: readonly Seen[], { told, id }: Seen, begins: boolean): number {
  if (id !== undefined) {
    const same = seen.findLastIndex((call) => call.id === id);
    if (same !== -1) return same;
  }
  if (told !== undefined) {
    const same = seen.findLastIndex((call) => call.told === told);
    const isOther = id !== undefined && seen[same]?.id !== undefined;
    return isOther ? -1 : same;
  }
  return begins || id !== undefined ? -1 : seen.length - 1;
}

/** A delta with a name is the first of its call. */
export const beginsCall = ({ function: called }: JsonObject): boolean =>
  isJsonObject(called) && textOf(called['name']) !== undefined;

/** Mistral writes `null` as text where a delta only goes on with a call. */
function idOf({ id }: JsonObject): string | undefined {
  const text = textOf(id);
  return text === 'null' ? undefined : text;
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
