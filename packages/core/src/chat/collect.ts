import { err, ok, type Result } from '../result.ts';
import type { GatewayError } from './error.ts';
import { type Draft, draftOf, finishDraft, pushDelta } from './part-draft.ts';
import type { ChatReply, Choice } from './reply.ts';
import type { StreamEvent } from './stream-event.ts';

/** Gathers a stream into the reply it spells, as its events come. */
export interface Collector {
  push(event: StreamEvent): void;
  /** The reply once `end` came; the stream's own error if it failed; `internal` before either. */
  result(): Result<ChatReply, GatewayError>;
}

type Of<T extends StreamEvent['type']> = Extract<StreamEvent, { readonly type: T }>;

interface ChoiceDraft {
  readonly parts: Map<number, Draft>;
  end?: Of<'choice-end'>;
}

/** Whatever comes after the terminal event is ignored. Memory: the reply itself. */
export function createCollector(): Collector {
  let start: Of<'start'> | undefined;
  let usage: Of<'usage'> | undefined;
  let terminal: Of<'end'> | Of<'error'> | undefined;
  const choices = new Map<number, ChoiceDraft>();

  const choiceAt = (index: number): ChoiceDraft => {
    const known = choices.get(index);
    if (known !== undefined) return known;
    const fresh: ChoiceDraft = { parts: new Map() };
    choices.set(index, fresh);
    return fresh;
  };

  const push = (event: StreamEvent): void => {
    if (terminal !== undefined) return;
    switch (event.type) {
      case 'start':
        start ??= event;
        break;
      case 'part-start':
        choiceAt(event.choice).parts.set(event.part, draftOf(event.start));
        break;
      case 'part-delta': {
        const draft = choices.get(event.choice)?.parts.get(event.part);
        if (draft !== undefined) pushDelta(draft, event.delta);
        break;
      }
      case 'part-end':
        break;
      case 'usage':
        usage = event;
        break;
      case 'choice-end':
        choiceAt(event.choice).end = event;
        break;
      case 'end':
      case 'error':
        terminal = event;
        break;
    }
  };

  const result = (): Result<ChatReply, GatewayError> => {
    if (terminal?.type === 'error') return err(terminal.error);
    if (terminal === undefined || start === undefined) {
      return err({ kind: 'internal', detail: 'the stream of events has no start or no end' });
    }
    return ok(replyOf(start, usage, choices));
  };

  return { push, result };
}

/** The whole reply that a finished stream spells, or the error it ended in. */
export function collect(events: Iterable<StreamEvent>): Result<ChatReply, GatewayError> {
  const collector = createCollector();
  for (const event of events) collector.push(event);
  return collector.result();
}

function replyOf(
  start: Of<'start'>,
  usage: Of<'usage'> | undefined,
  choices: ReadonlyMap<number, ChoiceDraft>,
): ChatReply {
  return {
    id: start.id,
    model: start.model,
    ...(start.created === undefined ? {} : { created: start.created }),
    ...(start.serviceTier === undefined ? {} : { serviceTier: start.serviceTier }),
    choices: inOrder(choices).map(finishChoice),
    ...(usage === undefined ? {} : { usage: usage.usage }),
    ...(start.rest === undefined ? {} : { rest: start.rest }),
  };
}

const inOrder = <T>(byIndex: ReadonlyMap<number, T>): readonly T[] =>
  [...byIndex].sort(([left], [right]) => left - right).map(([, value]) => value);

const finishChoice = ({ parts, end }: ChoiceDraft): Choice => ({
  content: inOrder(parts).map(finishDraft),
  stopReason: end?.stopReason ?? 'other',
  ...(end?.rawReason === undefined ? {} : { rawReason: end.rawReason }),
  ...(end?.stopSequence === undefined ? {} : { stopSequence: end.stopSequence }),
  ...(end?.rest === undefined ? {} : { rest: end.rest }),
});
