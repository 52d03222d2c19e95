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
  /** Where counting goes on, so that a history of one id alone costs no more than any other. */
  const counted = new Map<string, number>();
  return {
    forCall(id) {
      const plain = sanitise(id);
      let free = plain;
      let count = counted.get(plain) ?? 1;
      while (taken.has(free)) {
        count += 1;
        free = `${plain}_${count}`;
      }
      counted.set(plain, count);
      taken.add(free);
      given.set(id, free);
      return free;
    },
    forResult: (callId) => given.get(callId) ?? sanitise(callId),
  };
}

const sanitise = (id: string): string => (id === '' ? 'call' : id.replace(/[^a-zA-Z0-9_-]/g, '_'));
