/** Ids of calls and results as a dialect takes them, each call its own. */
export interface CallIds {
  forCall(id: string): string;
  /** What calls of this id were given: those of one turn in their order, then its last. */
  forResult(callId: string): string;
}

interface Given {
  readonly turn: number;
  readonly unanswered: string[];
}

/**
 * Assigned in the order of the history, so that an unchanged history keeps its ids from turn to
 * turn: what a provider signed or cached stays valid. Providers were seen to use an id again, in
 * later turns and in one. `most`: how long an id may be; unless `anyText`, of `[a-zA-Z0-9_-]` only.
 */
export function createCallIds({
  most = Number.POSITIVE_INFINITY,
  anyText = false,
}: {
  readonly most?: number;
  readonly anyText?: boolean;
} = {}): CallIds {
  const plainOf = (id: string): string => (anyText && id !== '' ? id : sanitise(id)).slice(0, most);
  const given = new Map<string, Given>();
  const taken = new Set<string>();
  /** Where counting goes on, so that a history of one id alone costs no more than any other. */
  const counted = new Map<string, number>();
  let turn = 0;
  let isAnswered = false;

  const give = (id: string): string => {
    const plain = plainOf(id);
    let free = plain;
    let count = counted.get(plain) ?? 1;
    while (taken.has(free)) {
      count += 1;
      const suffix = `_${count}`;
      free = plain.slice(0, most - suffix.length) + suffix;
    }
    counted.set(plain, count);
    taken.add(free);
    return free;
  };

  return {
    forCall(id) {
      if (isAnswered) turn += 1;
      isAnswered = false;
      const free = give(id);
      const before = given.get(id);
      if (before?.turn === turn) before.unanswered.push(free);
      else given.set(id, { turn, unanswered: [free] });
      return free;
    },
    forResult(callId) {
      isAnswered = true;
      const unanswered = given.get(callId)?.unanswered ?? [];
      const first = unanswered.length > 1 ? unanswered.shift() : unanswered[0];
      return first ?? plainOf(callId);
    },
  };
}

const sanitise = (id: string): string => (id === '' ? 'call' : id.replace(/[^a-zA-Z0-9_-]/g, '_'));
