import { isJsonObject, type JsonObject, type JsonValue } from '../../src/json/index.ts';

export type Step = string | number;

/** A value that holds no other, and where it stands. Empty lists and objects are such values too. */
export interface Leaf {
  readonly steps: readonly Step[];
  readonly value: JsonValue;
}

export function leavesOf(value: JsonValue, steps: readonly Step[] = []): readonly Leaf[] {
  if (Array.isArray(value) && value.length > 0) {
    return value.flatMap((item: JsonValue, index) => leavesOf(item, [...steps, index]));
  }
  if (isJsonObject(value) && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, [...steps, name]));
  }
  return [{ steps, value }];
}

/** As losses write it: `messages[0].content[1].text`. */
export const pathOf = (steps: readonly Step[]): string =>
  steps
    .map((step, index) =>
      typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${step}`,
    )
    .join('');

/** A copy with another value at a place, or, for undefined, without it. */
export function withAt(
  value: JsonValue,
  steps: readonly Step[],
  put: JsonValue | undefined,
): JsonValue {
  const [step, ...others] = steps;
  if (step === undefined) throw new Error('nothing to replace');
  const inner = (found: JsonValue | undefined): JsonValue | undefined =>
    others.length === 0 ? put : withAt(found ?? null, others, put);
  if (Array.isArray(value)) {
    return value.flatMap((item: JsonValue, index) => {
      if (index !== step) return [item];
      const changed = inner(item);
      return changed === undefined ? [] : [changed];
    });
  }
  const entries = Object.entries(isJsonObject(value) ? value : {}).flatMap(([name, found]) => {
    if (name !== step) return [[name, found] as const];
    const changed = inner(found);
    return changed === undefined ? [] : [[name, changed] as const];
  });
  return Object.fromEntries(entries);
}

export const asObject = (value: JsonValue): JsonObject => {
  if (!isJsonObject(value)) throw new Error('expected an object');
  return value;
};
