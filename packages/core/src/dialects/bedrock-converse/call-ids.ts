/** Ids of calls and results as the API takes them: 64 of `[a-zA-Z0-9_-]`, each call its own. */
export interface CallIds {
  forCall(id: string): string;
  /** The id that the latest call of this name was given. */
  forResult(callId: string): string;
}

const MOST = 64;

/** Assigned in the order of the history, so that an unchanged history keeps its ids. */
export function createCallIds(): CallIds {
  const given = new Map<string, string>();
  const taken = new Set<string>();
  return {
    forCall(id) {
      const plain = sanitise(id);
      let free = plain;
      for (let count = 2; taken.has(free); count += 1) {
        const suffix = `_${count}`;
        free = plain.slice(0, MOST - suffix.length) + suffix;
      }
      taken.add(free);
      given.set(id, free);
      return free;
    },
    forResult: (callId) => given.get(callId) ?? sanitise(callId),
  };
}

const sanitise = (id: string): string =>
  id === '' ? 'call' : id.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, MOST);
