import type { Loss } from '../../chat/loss.ts';
import type { PartDelta, PartStart, StreamEvent } from '../../chat/stream-event.ts';
import type { Usage } from '../../chat/usage.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import type { Answering, StreamEncoder } from '../dialect.ts';
import { createCallIds } from './call-ids.ts';
import { encodeStreamError } from './errors.ts';
import { encodeFinishReason } from './finish-reason.ts';
import { annotationsLoss, logprobsLoss, partLosses } from './reply-losses.ts';
import { encodeNativeUsage, type Included, usageLosses } from './usage.ts';

type Of<T extends StreamEvent['type']> = Extract<StreamEvent, { readonly type: T }>;

interface OpenPart {
  readonly path: string;
  readonly type: PartStart['type'];
  /** Of a tool call: its place among the choice's calls. */
  readonly call?: number;
  hasBody: boolean;
}

interface ChoiceState {
  readonly parts: Map<number, OpenPart>;
  calls: number;
  hasRole: boolean;
  refused: boolean;
}

/** Written to in place: a stream has thousands of events. */
interface State {
  readonly id: string;
  readonly include: Included;
  readonly nextCallId: (id: string) => string;
  readonly choices: Map<number, ChoiceState>;
  /** By path, so that what comes in many deltas is told once. */
  readonly losses: Map<string, Loss>;
  created: number;
  model: string;
  usage?: Usage;
  isOver: boolean;
}

/** More kinds of loss in one reply tell nobody anything. */
const MOST_LOSSES = 64;

const DONE: SseEvent = { data: '[DONE]' };

/**
 * Writes normalised chunks with our own ids. Each choice's first delta carries its role; the last
 * chunk before `[DONE]` carries usage, where it is known. After an error nothing more is written.
 */
export function createStreamEncoder(answering: Answering): StreamEncoder {
  const state: State = {
    id: answering.replyId,
    include: new Set(answering.include),
    nextCallId: createCallIds(answering.replyId),
    choices: new Map(),
    losses: new Map(),
    created: answering.created,
    model: answering.model,
    isOver: false,
  };
  return {
    push: (event) => (state.isOver ? [] : step(state, event)),
    end: () => [],
    losses: () => [...state.losses.values()],
  };
}

function step(state: State, event: StreamEvent): readonly SseEvent[] {
  switch (event.type) {
    case 'start':
      state.created = event.created ?? state.created;
      state.model = event.model === '' ? state.model : event.model;
      return [];
    case 'part-start':
      return startPart(state, event);
    case 'part-delta':
      return writeDelta(state, event);
    case 'part-end':
      return endPart(state, event);
    case 'choice-end': {
      const reason = encodeFinishReason(event, choiceAt(state, event.choice).refused);
      return say(state, event.choice, {}, reason);
    }
    case 'usage':
      state.usage = event.usage;
      return [];
    case 'end':
      return end(state);
    case 'error':
      state.isOver = true;
      return [{ data: JSON.stringify(encodeStreamError(event.error)) }];
  }
}

function startPart(state: State, event: Of<'part-start'>): readonly SseEvent[] {
  const { start } = event;
  const choice = choiceAt(state, event.choice);
  const path = `choices[${event.choice}].content[${event.part}]`;
  const open: OpenPart = { path, type: start.type, hasBody: false };
  lose(state, startLosses(start, path, state.include));
  if (start.type === 'refusal') choice.refused = true;
  if (start.type !== 'tool-call') {
    choice.parts.set(event.part, open);
    return [];
  }
  const index = choice.calls;
  choice.calls += 1;
  choice.parts.set(event.part, { ...open, call: index });
  const fresh = { name: start.name, arguments: '' };
  const call = { index, id: state.nextCallId(start.id), type: 'function', function: fresh };
  return say(state, event.choice, { tool_calls: [call] });
}

function writeDelta(state: State, event: Of<'part-delta'>): readonly SseEvent[] {
  const open = state.choices.get(event.choice)?.parts.get(event.part);
  if (open === undefined) return [];
  const { delta } = event;
  if (delta.type === 'text' && isSaid(open)) {
    open.hasBody = true;
    return say(state, event.choice, { content: delta.text });
  }
  if (delta.type === 'text' && open.type === 'reasoning' && state.include.has('reasoning')) {
    open.hasBody = true;
    return say(state, event.choice, { reasoning_content: delta.text });
  }
  if (delta.type === 'arguments' && open.call !== undefined && delta.json !== '') {
    open.hasBody = true;
    return say(state, event.choice, argumentsDelta(open.call, delta.json));
  }
  lose(state, deltaLosses(delta, open.path));
  return [];
}

function endPart(state: State, event: Of<'part-end'>): readonly SseEvent[] {
  const parts = state.choices.get(event.choice)?.parts;
  const open = parts?.get(event.part);
  parts?.delete(event.part);
  if (open === undefined || open.hasBody) return [];
  if (isSaid(open)) return say(state, event.choice, { content: '' });
  // A call without arguments is told as one with none, so that what a client gathers is JSON.
  return open.call === undefined ? [] : say(state, event.choice, argumentsDelta(open.call, '{}'));
}

function end(state: State): readonly SseEvent[] {
  state.isOver = true;
  if (state.usage === undefined) return [DONE];
  lose(state, usageLosses(state.usage, state.include));
  const usage = encodeNativeUsage(state.usage, state.include);
  return [chunk(state, { choices: [], usage }), DONE];
}

function say(
  state: State,
  index: number,
  delta: JsonObject,
  finishReason?: string,
): readonly SseEvent[] {
  const choice = choiceAt(state, index);
  const role = choice.hasRole ? {} : { role: 'assistant' };
  choice.hasRole = true;
  const reason = finishReason === undefined ? {} : { finish_reason: finishReason };
  return [chunk(state, { choices: [{ index, delta: { ...role, ...delta }, ...reason }] })];
}

const chunk = ({ id, created, model }: State, body: JsonObject): SseEvent => ({
  data: JSON.stringify({ id, object: 'chat.completion.chunk', created, model, ...body }),
});

function choiceAt(state: State, index: number): ChoiceState {
  const known = state.choices.get(index);
  if (known !== undefined) return known;
  const fresh: ChoiceState = { parts: new Map(), calls: 0, hasRole: false, refused: false };
  state.choices.set(index, fresh);
  return fresh;
}

function lose(state: State, losses: readonly Loss[]): void {
  for (const loss of losses) {
    if (state.losses.size < MOST_LOSSES) state.losses.set(loss.path, loss);
  }
}

const isSaid = (open: OpenPart): boolean => open.type === 'text' || open.type === 'refusal';

const argumentsDelta = (index: number, json: string): JsonObject => ({
  tool_calls: [{ index, function: { arguments: json } }],
});

function startLosses(start: PartStart, path: string, include: Included): readonly Loss[] {
  switch (start.type) {
    case 'text':
    case 'tool-call':
      return [];
    case 'refusal':
      return partLosses({ type: 'refusal', text: '' }, path, include);
    case 'media':
      return partLosses({ ...start, source: { type: 'base64', data: '' } }, path, include);
    default:
      return partLosses(start, path, include);
  }
}

function deltaLosses(delta: PartDelta, path: string): readonly Loss[] {
  if (delta.type === 'annotation') return [annotationsLoss(path)];
  return delta.type === 'logprobs' ? [logprobsLoss(path)] : [];
}
