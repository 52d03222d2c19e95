import { isJsonObject, type JsonObject } from '../json/json-value.ts';

/** Which choices of a stream have begun, and which have finished: it ends with the last of them. */
export interface ChoiceBook {
  /** True when all that have begun so far have finished. */
  note(body: JsonObject): boolean;
}

export function createChoiceBook(list: string, reason: string): ChoiceBook {
  const begun = new Set<number>();
  const finished = new Set<number>();
  return {
    note(body) {
      const choices = body[list];
      for (const [position, choice] of (Array.isArray(choices) ? choices : []).entries()) {
        if (!isJsonObject(choice)) continue;
        const index = typeof choice['index'] === 'number' ? choice['index'] : position;
        begun.add(index);
        if (typeof choice[reason] === 'string') finished.add(index);
      }
      return begun.size > 0 && finished.size === begun.size;
    },
  };
}
