import { collect } from '../chat/collect.ts';
import type { Encoded, Loss } from '../chat/loss.ts';
import { replay } from '../chat/replay.ts';
import type { ChatReply } from '../chat/reply.ts';
import { isTerminal, type StreamEvent } from '../chat/stream-event.ts';
import { type ChoiceSealer, createChoiceSealer, type Sealing } from './choice-sealer.ts';

/** Rewrites a provider's events for a face of another dialect, in their order. */
export interface ReplySealer {
  push(event: StreamEvent): readonly StreamEvent[];
  /** State that no place of the face could carry. */
  losses(): readonly Loss[];
}

export function createReplySealer(sealing: Sealing): ReplySealer {
  const losses: Loss[] = [];
  const choices = new Map<number, ChoiceSealer>();
  // A dialect without state never has any to be sealed.
  const { kinds, isMade = false } = sealing.made;
  const isIdle = !isMade && Object.keys(kinds).length === 0;

  const choiceAt = (index: number): ChoiceSealer => {
    const known = choices.get(index);
    if (known !== undefined) return known;
    const fresh = createChoiceSealer(sealing, (loss) => losses.push(loss));
    choices.set(index, fresh);
    return fresh;
  };

  return {
    push: (event) => {
      if (isIdle) return [event];
      if (event.type === 'choice-end') return [...choiceAt(event.choice).end(), event];
      if ('part' in event) return choiceAt(event.choice).push(event);
      if (!isTerminal(event)) return [event];
      return [...[...choices.values()].flatMap((choice) => choice.end()), event];
    },
    losses: () => losses,
  };
}

/** The same of a whole reply, which is its stream at once. Most hold no state, and stay as they are. */
export function sealReply(reply: ChatReply, sealing: Sealing): Encoded<ChatReply> {
  if (!hasState(reply)) return { value: reply, losses: [] };
  const sealer = createReplySealer(sealing);
  const sealed = collect(replay(reply).flatMap((event) => sealer.push(event)));
  return { value: sealed.ok ? sealed.value : reply, losses: sealer.losses() };
}

const hasState = ({ choices }: ChatReply): boolean =>
  choices.some(({ content }) => content.some(({ state }) => state !== undefined));
