import type { TokenLogprob } from '../../chat/content-part.ts';
import type { Feature } from '../../chat/features.ts';
import { type Loss, lost } from '../../chat/loss.ts';
import type { PartDelta, PartStart, StreamEvent } from '../../chat/stream-event.ts';
import type { JsonObject, JsonValue } from '../../json/json-value.ts';
import { customInput } from '../openai-custom.ts';
import { writeAnnotation } from './annotations.ts';

/** What one event adds to a choice: the fields of its delta, and the token log probabilities. */
export interface Piece {
  readonly delta: JsonObject;
  readonly logprobs?: readonly JsonObject[];
}

interface Part {
  readonly start: PartStart;
  /** Length of all text before this part. */
  readonly offset: number;
  /** Position among the choice's tool calls. */
  readonly call: number;
  /** Arguments of a call have been written. */
  readonly hasArguments: boolean;
  /** Bytes of an image, or what a custom tool is called with, which go out whole. */
  readonly held: string;
}

/** What has been written of one choice. */
export interface WriterState {
  readonly parts: ReadonlyMap<number, Part>;
  readonly calls: number;
  readonly textLength: number;
}

export const newWriter: WriterState = { parts: new Map(), calls: 0, textLength: 0 };

type PartEvent = Extract<StreamEvent, { readonly part: number }>;
type Written = readonly [WriterState, Piece | undefined];

interface Context {
  /** Makes the id of a reply's audio. */
  readonly replyId: string;
  readonly lose: (loss: Loss) => void;
}

/** Each event of a part as the delta that says it, or none. Whole messages are the sum of these. */
export function writePart(state: WriterState, event: PartEvent, context: Context): Written {
  switch (event.type) {
    case 'part-start':
      return startPart(state, event.part, event.start, lossesAt(event, context));
    case 'part-delta': {
      const part = state.parts.get(event.part);
      if (part === undefined) return [state, undefined];
      const grown = { state, index: event.part, part };
      return growPart(grown, event.delta, { ...context, lose: lossesAt(event, context) });
    }
    case 'part-end':
      return endPart(state, event.part);
  }
}

type LoseHere = (feature: Feature, why: string, field?: string) => void;

const lossesAt =
  (event: PartEvent, context: Context): LoseHere =>
  (feature, why, field) => {
    const path = `choices[${event.choice}].content[${event.part}]`;
    context.lose(lost(feature, field === undefined ? path : `${path}.${field}`, why));
  };

function startPart(state: WriterState, index: number, start: PartStart, lose: LoseHere): Written {
  const part: Part = {
    start,
    offset: state.textLength,
    call: state.calls,
    hasArguments: false,
    held: '',
  };
  const next: WriterState = {
    ...state,
    parts: new Map(state.parts).set(index, part),
    calls: state.calls + (start.type === 'tool-call' ? 1 : 0),
  };
  // Its input is known once its arguments are whole.
  if (start.type === 'tool-call' && start.isCustom === true) return [next, undefined];
  if (start.type === 'tool-call') {
    const call = { id: start.id, type: 'function', function: { name: start.name, arguments: '' } };
    return [next, { delta: { tool_calls: [{ index: part.call, ...call }] } }];
  }
  if (start.type === 'server-tool')
    lose('serverToolTurn', 'what the provider ran itself has no place here');
  if (start.type === 'opaque') lose('foreignTurn', 'there are no words for this part here');
  if (start.type === 'media' && start.kind !== 'audio' && start.kind !== 'image') {
    lose('replyMedia', `a reply holds no ${start.kind} here`);
  }
  return [next, undefined];
}

interface Growing {
  readonly state: WriterState;
  readonly index: number;
  readonly part: Part;
}

function growPart(
  { state, index, part }: Growing,
  delta: PartDelta,
  context: { readonly replyId: string; readonly lose: LoseHere },
): Written {
  const withPart = (changed: Partial<Part>): WriterState => ({
    ...state,
    parts: new Map(state.parts).set(index, { ...part, ...changed }),
  });
  const isAudio = part.start.type === 'media' && part.start.kind === 'audio';
  switch (delta.type) {
    case 'text':
      return writeText(state, part, delta.text);
    case 'arguments': {
      if (delta.json === '') return [state, undefined];
      if (part.start.type === 'tool-call' && part.start.isCustom === true) {
        return [withPart({ held: part.held + delta.json }), undefined];
      }
      const call = { index: part.call, function: { arguments: delta.json } };
      return [withPart({ hasArguments: true }), { delta: { tool_calls: [call] } }];
    }
    case 'data':
      if (!isAudio) return [withPart({ held: part.held + delta.base64 }), undefined];
      return [state, { delta: { audio: { id: `audio_${context.replyId}`, data: delta.base64 } } }];
    case 'transcript':
      if (!isAudio) return [state, undefined];
      return [
        state,
        { delta: { audio: { id: `audio_${context.replyId}`, transcript: delta.text } } },
      ];
    case 'annotation': {
      const annotation = writeAnnotation(delta.annotation, part.offset);
      if (annotation !== undefined) return [state, { delta: { annotations: [annotation] } }];
      context.lose('annotations', 'this kind of citation has no place here', 'annotations');
      return [state, undefined];
    }
    case 'logprobs':
      if (part.start.type !== 'text' || delta.logprobs.length === 0) return [state, undefined];
      return [state, { delta: {}, logprobs: delta.logprobs.map(writeLogprob) }];
    case 'state':
      context.lose('providerState', 'provider state has no place here', 'state');
      return [state, undefined];
    case 'raw':
      return [state, undefined];
  }
}

function writeText(state: WriterState, part: Part, text: string): Written {
  switch (part.start.type) {
    case 'text':
      return [
        { ...state, textLength: state.textLength + text.length },
        text === '' ? undefined : { delta: { content: text } },
      ];
    case 'reasoning':
      return [state, text === '' ? undefined : { delta: { reasoning_content: text } }];
    case 'refusal':
      return [state, text === '' ? undefined : { delta: { refusal: text } }];
    default:
      return [state, undefined];
  }
}

function writeLogprob(logprob: TokenLogprob): JsonObject {
  const one = (value: Omit<TokenLogprob, 'top'>): { readonly [name: string]: JsonValue } => ({
    token: value.token,
    logprob: value.logprob,
    bytes: value.bytes ?? null,
  });
  return { ...one(logprob), top_logprobs: (logprob.top ?? []).map(one) };
}

function endPart(state: WriterState, index: number): Written {
  const part = state.parts.get(index);
  const parts = new Map(state.parts);
  parts.delete(index);
  const next = { ...state, parts };
  if (part?.start.type === 'tool-call' && part.start.isCustom === true) {
    const { id, name } = part.start;
    const custom = { name, input: customInput(part.held) };
    return [next, { delta: { tool_calls: [{ index: part.call, id, type: 'custom', custom }] } }];
  }
  if (part?.start.type === 'tool-call' && !part.hasArguments) {
    // Clients parse arguments unseen: a call without any must still be JSON.
    const call = { index: part.call, function: { arguments: '{}' } };
    return [next, { delta: { tool_calls: [call] } }];
  }
  if (part?.start.type === 'media' && part.start.kind === 'image') {
    const url = part.start.url ?? `data:${part.start.mediaType ?? 'image/png'};base64,${part.held}`;
    return [next, { delta: { images: [{ type: 'image_url', image_url: { url } }] } }];
  }
  return [next, undefined];
}
