/** Ids of calls and results as the dialect takes them: `^[a-zA-Z0-9_-]+$`, each call its own. */
export interface ToolIds {
  forCall(id: string): string;
  /** The id that the latest call of this name was given. */
  forResult(callId: string): string;
}

/**
 * Assigned in the order of the history, so that an unchanged history keeps its ids from turn to
 * turn: what a provider signed or cached stays valid.
 */
export function createToolIds(): ToolIds {
  const given = new Map<string, string>();
  const taken = new Set<string>();
  return {
    forCall(id) {
      const plain = sanitise(id);
      let free = plain;
      for (let count = 2; taken.has(free); count += 1) free = `${plain}_${count}`;
      taken.add(free);
      given.set(id, free);
      return free;
    },
    forResult: (callId) => given.get(callId) ?? sanitise(callId),
  };
}

const sanitise = (id: string): string => (id === '' ? 'call' : id.replace(/[^a-zA-Z0-9_-]/g, '_'));
