/** The ids that calls of a history had in their providers' words, by those that its client knows. */
export interface CallNames {
  /** The id that the latest call of this name was given. */
  find(id: string): string | undefined;
  give(id: string, own: string): void;
  /** A call that keeps its id. */
  keep(id: string): void;
  /** An id in place of a token that doesn't open: providers take no ids of such a length. */
  replace(token: string): string;
}

const MARK_AND_FORM = 6;
const SHORT = 24;

/** Assigned in the history's order, so that the same history has the same ids on every turn. */
export function createCallNames(): CallNames {
  const own = new Map<string, string>();
  const taken = new Set<string>();
  return {
    find: (id) => own.get(id),
    give: (id, name) => {
      own.set(id, name);
      taken.add(name);
    },
    keep: (id) => {
      own.delete(id);
      taken.add(id);
    },
    replace: (token) => {
      const stem = `call_${token.slice(MARK_AND_FORM, MARK_AND_FORM + SHORT)}`;
      let name = stem;
      for (let count = 2; taken.has(name); count += 1) name = `${stem}_${count}`;
      own.set(token, name);
      taken.add(name);
      return name;
    },
  };
}
