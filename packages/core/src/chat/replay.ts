import type { Annotation, ContentPart, MediaPart, TokenLogprob } from './content-part.ts';
import type { ProviderState } from './provider-state.ts';
import type { ChatReply, Choice } from './reply.ts';
import type { PartDelta, PartStart, StreamEvent } from './stream-event.ts';

/**
 * A whole reply as the stream that would have brought it, ending in `end`: for a provider that
 * can't stream, and so that an encoder of streams also writes replies. `collect` undoes it, but for
 * what a reply never holds: cache marks, tool results, and lists that are empty rather than absent.
 */
export function replay(reply: ChatReply): readonly StreamEvent[] {
  return [
    {
      type: 'start',
      id: reply.id,
      model: reply.model,
      ...(reply.created === undefined ? {} : { created: reply.created }),
      ...(reply.serviceTier === undefined ? {} : { serviceTier: reply.serviceTier }),
      ...(reply.rest === undefined ? {} : { rest: reply.rest }),
    },
    ...reply.choices.flatMap((choice, index) => replayParts(choice, index)),
    ...(reply.usage === undefined ? [] : [{ type: 'usage' as const, usage: reply.usage }]),
    ...reply.choices.map((choice, index) => choiceEnd(choice, index)),
    { type: 'end' },
  ];
}

function replayParts(choice: Choice, index: number): readonly StreamEvent[] {
  const events: StreamEvent[] = [];
  let part = 0;
  for (const content of choice.content) {
    const replayed = replayPart(content);
    if (replayed === undefined) continue;
    events.push({ type: 'part-start', choice: index, part, start: replayed.start });
    for (const delta of replayed.deltas) {
      events.push({ type: 'part-delta', choice: index, part, delta });
    }
    events.push({ type: 'part-end', choice: index, part });
    part += 1;
  }
  return events;
}

interface ReplayedPart {
  readonly start: PartStart;
  readonly deltas: readonly PartDelta[];
}

/** One whole part as its beginning and what follows; a tool's result is no part of a reply. */
export function replayPart(part: ContentPart): ReplayedPart | undefined {
  const start = startOf(part);
  return start === undefined ? undefined : { start, deltas: deltasOf(part) };
}

const choiceEnd = (choice: Choice, index: number): StreamEvent => ({
  type: 'choice-end',
  choice: index,
  stopReason: choice.stopReason,
  ...(choice.rawReason === undefined ? {} : { rawReason: choice.rawReason }),
  ...(choice.stopSequence === undefined ? {} : { stopSequence: choice.stopSequence }),
  ...(choice.rest === undefined ? {} : { rest: choice.rest }),
});

function startOf(part: ContentPart): PartStart | undefined {
  const rest = part.rest === undefined ? {} : { rest: part.rest };
  switch (part.type) {
    case 'text':
    case 'refusal':
      return { type: part.type, ...rest };
    case 'reasoning':
      return {
        type: 'reasoning',
        ...(part.form === undefined ? {} : { form: part.form }),
        ...rest,
      };
    case 'tool-call':
      return {
        type: 'tool-call',
        id: part.id,
        name: part.name,
        ...(part.isCustom === undefined ? {} : { isCustom: part.isCustom }),
        ...rest,
      };
    case 'media':
      return {
        type: 'media',
        kind: part.kind,
        ...(part.mediaType === undefined ? {} : { mediaType: part.mediaType }),
        ...(part.source.type === 'url' ? { url: part.source.url } : {}),
        ...(part.source.type === 'provider-file' ? { fileId: part.source.id } : {}),
        ...(part.name === undefined ? {} : { name: part.name }),
        ...rest,
      };
    case 'server-tool':
    case 'opaque': {
      const { state: _state, cache: _cache, ...start } = part;
      return start;
    }
    case 'tool-result':
      return undefined;
  }
}

function deltasOf(part: ContentPart): readonly PartDelta[] {
  const states = part.state ?? [];
  // An id is known when its part begins; what proves or hides a thought comes once it is thought.
  const ids = states.filter(({ kind }) => kind === 'item-id');
  const proofs = states.filter(({ kind }) => kind !== 'item-id');
  return [...ids.map(stateDelta), ...bodyOf(part), ...proofs.map(stateDelta)];
}

function bodyOf(part: ContentPart): readonly PartDelta[] {
  switch (part.type) {
    case 'text':
      return [
        ...textDelta(part.text),
        ...(part.annotations ?? []).map(annotationDelta),
        ...logprobsDelta(part.logprobs),
      ];
    case 'refusal':
      return textDelta(part.text);
    case 'reasoning':
      // Empty text differs from none: the first was told, the second is hidden.
      return part.text === undefined ? [] : [{ type: 'text', text: part.text }];
    case 'tool-call':
      return part.argumentsJson === '' ? [] : [{ type: 'arguments', json: part.argumentsJson }];
    case 'media':
      return mediaDeltas(part);
    default:
      return [];
  }
}

function mediaDeltas(part: MediaPart): readonly PartDelta[] {
  const { source, transcript } = part;
  return [
    ...(source.type === 'base64' ? [{ type: 'data' as const, base64: source.data }] : []),
    ...(source.type === 'text' ? [{ type: 'text' as const, text: source.text }] : []),
    ...(transcript === undefined ? [] : [{ type: 'transcript' as const, text: transcript }]),
  ];
}

const textDelta = (text: string): readonly PartDelta[] =>
  text === '' ? [] : [{ type: 'text', text }];

const annotationDelta = (annotation: Annotation): PartDelta => ({ type: 'annotation', annotation });

const stateDelta = (state: ProviderState): PartDelta => ({ type: 'state', state });

const logprobsDelta = (logprobs: readonly TokenLogprob[] | undefined): readonly PartDelta[] =>
  logprobs === undefined || logprobs.length === 0 ? [] : [{ type: 'logprobs', logprobs }];
