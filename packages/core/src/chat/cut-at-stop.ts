import { collect } from './collect.ts';
import { replay } from './replay.ts';
import type { ChatReply } from './reply.ts';
import type { StreamEvent } from './stream-event.ts';

/** Ends a reply where one of its stop sequences stands, for a provider that has no such thing. */
export interface StopCutter {
  /** What of these events is still said. */
  push(events: readonly StreamEvent[]): readonly StreamEvent[];
  /** A sequence was met: the reply has ended, whatever still comes. */
  isCut(): boolean;
}

/** Text of a part that may be the beginning of a stop sequence, and so can't be told yet. */
interface Held {
  readonly choice: number;
  readonly part: number;
  text: string;
}

/**
 * Only what a model says counts: not its thoughts, nor a call's arguments. Holds back no more than
 * could be the beginning of a sequence, and that no longer than its part. For replies of one choice.
 */
export function createStopCutter(sequences: readonly string[]): StopCutter {
  const wanted = sequences.filter((sequence) => sequence !== '');
  const open = new Map<number, 'spoken' | 'other'>();
  const held = new Map<number, Held>();
  let isCut = false;

  const release = (part: number): readonly StreamEvent[] => {
    const kept = held.get(part);
    held.delete(part);
    return kept === undefined || kept.text === '' ? [] : [said(kept, kept.text)];
  };

  const hear = (choice: number, part: number, text: string): readonly StreamEvent[] => {
    const so = held.get(part) ?? { choice, part, text: '' };
    const whole = so.text + text;
    const hit = firstHit(whole, wanted);
    if (hit === undefined) {
      const kept = beginningAtEnd(whole, wanted);
      so.text = whole.slice(whole.length - kept);
      held.set(part, so);
      const told = whole.slice(0, whole.length - kept);
      return told === '' ? [] : [said(so, told)];
    }
    isCut = true;
    held.delete(part);
    const told = whole.slice(0, hit.at);
    const others = [...held.keys()].flatMap(release);
    return [
      ...(told === '' ? [] : [said(so, told)]),
      ...others,
      ...[...open.keys()].map((at): StreamEvent => ({ type: 'part-end', choice, part: at })),
      {
        type: 'choice-end',
        choice,
        stopReason: 'stop',
        rawReason: 'stop_sequence',
        stopSequence: hit.sequence,
      },
      { type: 'end' },
    ];
  };

  const step = (event: StreamEvent): readonly StreamEvent[] => {
    if (isCut) return [];
    switch (event.type) {
      case 'part-start':
        open.set(event.part, event.start.type === 'text' ? 'spoken' : 'other');
        return [event];
      case 'part-delta': {
        const { delta } = event;
        const isSpoken = delta.type === 'text' && open.get(event.part) === 'spoken';
        return isSpoken ? hear(event.choice, event.part, delta.text) : [event];
      }
      case 'part-end':
        open.delete(event.part);
        return [...release(event.part), event];
      case 'error':
        return [...[...held.keys()].flatMap(release), event];
      default:
        return [event];
    }
  };

  return { push: (events) => events.flatMap(step), isCut: () => isCut };
}

/** A whole reply cut alike. What its provider counted stays: it has written the rest too. */
export function cutAtStop(reply: ChatReply, sequences: readonly string[]): ChatReply {
  const cutter = createStopCutter(sequences);
  const cut = collect(cutter.push(replay(reply)));
  if (!cutter.isCut() || !cut.ok) return reply;
  return reply.usage === undefined ? cut.value : { ...cut.value, usage: reply.usage };
}

const said = ({ choice, part }: Held, text: string): StreamEvent => ({
  type: 'part-delta',
  choice,
  part,
  delta: { type: 'text', text },
});

/** The sequence that begins first; of those that begin together, the longest. */
function firstHit(
  text: string,
  sequences: readonly string[],
): { readonly at: number; readonly sequence: string } | undefined {
  let first: { readonly at: number; readonly sequence: string } | undefined;
  for (const sequence of sequences) {
    const at = text.indexOf(sequence);
    if (at === -1) continue;
    const isEarlier = first === undefined || at < first.at;
    const isLonger = at === first?.at && sequence.length > first.sequence.length;
    if (isEarlier || isLonger) first = { at, sequence };
  }
  return first;
}

/** How many characters at the text's end could be a sequence's beginning. */
function beginningAtEnd(text: string, sequences: readonly string[]): number {
  const longest = Math.max(0, ...sequences.map(({ length }) => length - 1));
  for (let length = Math.min(longest, text.length); length > 0; length -= 1) {
    const end = text.slice(text.length - length);
    if (sequences.some((sequence) => sequence.startsWith(end))) return length;
  }
  return 0;
}
