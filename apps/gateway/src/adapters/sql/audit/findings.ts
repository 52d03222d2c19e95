import type { AuditDifference, AuditNote } from '../../../ports/audit.ts';

/** A broken book breaks in many places at once: the first of them tell as much as all. */
const MOST_DIFFERENCES = 1_000;
const MOST_CALLS = 10;

/** Collects what an audit finds, within bounds. */
export class Findings {
  readonly #differences: AuditDifference[] = [];
  readonly #notes = new Map<string, { count: number; readonly calls: string[] }>();
  #more = 0;

  differ(difference: AuditDifference): void {
    if (this.#differences.length >= MOST_DIFFERENCES) this.#more += 1;
    else this.#differences.push({ ...difference, calls: difference.calls.slice(0, MOST_CALLS) });
  }

  note(what: string, callId?: string, count = 1): void {
    const known = this.#notes.get(what) ?? { count: 0, calls: [] };
    known.count += count;
    if (callId !== undefined && known.calls.length < MOST_CALLS) known.calls.push(callId);
    this.#notes.set(what, known);
  }

  get differences(): readonly AuditDifference[] {
    return this.#differences;
  }

  get more(): number {
    return this.#more;
  }

  get notes(): readonly AuditNote[] {
    return [...this.#notes].map(([what, { count, calls }]) => ({ what, count, calls }));
  }
}
