import type { GatewayError } from '../../chat/error.ts';
import type { StreamEvent } from '../../chat/stream-event.ts';
import { type Fold, type Stepper, stepper } from '../../fold.ts';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import { parseJson } from '../../json/parse-json.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import type { Target } from '../dialect.ts';
import { restOf } from '../rest-of.ts';
import {
  type ChoiceState,
  citeWhole,
  endChoice,
  newChoice,
  readPayload,
  type Telling,
} from './choice-reader.ts';
import { decodeErrorValue, errorValueOf } from './errors.ts';
import { failureStatus } from './finish-reason.ts';
import { DIALECT } from './parts.ts';
import { readWireChunk } from './plain-chunk.ts';
import type { WireChunk, WirePayload, WireSource } from './reply-wire.ts';
import { decodeOpenAiUsage, usageField } from './usage.ts';

/** What a decoder remembers between chunks. */
export interface DecoderState {
  readonly isStarted: boolean;
  /** The terminal event was told: whatever still comes is ignored. */
  readonly isOver: boolean;
  readonly id: string;
  readonly choices: ReadonlyMap<number, ChoiceState>;
  /** Said of the whole reply, and in each chunk anew: the last counts. */
  readonly sources: readonly WireSource[];
}

export const initialState: DecoderState = {
  isStarted: false,
  isOver: false,
  id: '',
  choices: new Map(),
  sources: [],
};

type Step = readonly [DecoderState, readonly StreamEvent[]];

export const createStreamDecoder = (target: Target): Stepper<SseEvent, StreamEvent> =>
  stepper(decoderFold(target));

/**
 * The end of a choice waits for the end of the stream: look-alikes say why they stopped before they
 * have, and count tokens after. Without `[DONE]` a stream is whole when all its choices finished.
 */
export function decoderFold(target: Target): Fold<DecoderState, SseEvent, StreamEvent> {
  return {
    initial: initialState,
    step(state, event) {
      if (state.isOver) return [state, []];
      const data = event.data.trim();
      if (data === '') return [state, []];
      if (data === '[DONE]') return finish(state, target, 'told');
      return readData(state, { ...event, data }, target);
    },
    end: (state) => (state.isOver ? [] : finish(state, target, 'cut')[1]),
  };
}

const fail = (state: DecoderState, error: GatewayError): Step => [
  { ...state, isOver: true },
  [{ type: 'error', error }],
];

const invalid = (provider: string, detail: string): GatewayError => ({
  kind: 'provider_invalid_reply',
  provider,
  detail,
});

function readData(state: DecoderState, event: SseEvent, target: Target): Step {
  const { provider } = target;
  const parsed = parseJson(event.data);
  if (!parsed.ok || !isJsonObject(parsed.value)) {
    return fail(state, invalid(provider, 'a piece of its stream is not a JSON object'));
  }
  const body = parsed.value;
  const error = errorValueOf(body) ?? (event.event === 'error' ? body : undefined);
  if (error !== undefined) return fail(state, decodeErrorValue(error, provider));
  return readChunk(state, body, target);
}

/**
 * Far beyond what any model does. Calls and choices are open until the end of the stream, and each
 * piece looks through them: without a bound a stream of a megabyte takes half a minute.
 */
const MOST_CALLS = 1_024;
const MOST_CHOICES = 1_024;
const TOO_MANY = 'it has more calls of tools, or more choices, than any model makes';

/** Reads one chunk. Never throws; what isn't a chunk at all is an error event. */
export function readChunk(state: DecoderState, body: JsonObject, target: Target): Step {
  const parsed = readWireChunk(body);
  if (!parsed.success) {
    return fail(
      state,
      invalid(target.provider, 'a piece of its stream is no chunk of a completion'),
    );
  }
  const chunk = parsed.data;
  const events: StreamEvent[] = [];
  const tell = (event: StreamEvent): void => {
    events.push(event);
  };
  const usage = decodeOpenAiUsage(usageField(body, target.quirks), target.quirks);
  const wireChoices = chunk.choices ?? [];
  let { isStarted, id } = state;
  // Some send a first chunk that holds no more than a verdict on the prompt, without id or model.
  if (!isStarted && (wireChoices.length > 0 || usage !== undefined)) {
    isStarted = true;
    id = chunk.id ?? '';
    tell(startOf(chunk, body, target));
  }
  let choices = state.choices;
  for (const [position, wire] of wireChoices.entries()) {
    const choice = wire.index ?? position;
    const to: Telling = { choice, seed: id, origin: target.origin, tell };
    const before = choices.get(choice) ?? newChoice;
    const logprobs = wire.logprobs?.content ?? [];
    const payload = wire.delta ?? wholeMessage(wire.message);
    const calls = before.calls.length + (payload.tool_calls?.length ?? 0);
    if (calls > MOST_CALLS || choices.size > MOST_CHOICES) {
      tell({ type: 'error', error: invalid(target.provider, TOO_MANY) });
      return [{ ...state, isOver: true }, events];
    }
    const read = readPayload(before, payload, logprobs, to);
    const finished = wire.finish_reason ? { ...read, finish: wire.finish_reason } : read;
    const status = failureStatus(finished.finish ?? '');
    if (status !== undefined) {
      const overloaded = status === 503 ? { overloaded: true } : {};
      const { provider } = target;
      tell({ type: 'error', error: { kind: 'provider_failed', provider, status, ...overloaded } });
      return [{ ...state, isOver: true }, events];
    }
    if (choices.get(choice) !== finished) choices = new Map(choices).set(choice, finished);
  }
  if (usage !== undefined) tell({ type: 'usage', usage });
  const named = chunk.search_results?.length ? chunk.search_results : chunk.citations;
  const sources = named?.length ? named : state.sources;
  return [{ ...state, isStarted, id, choices, sources }, events];
}

/** Each call of a whole message is one of its own, whatever ids they have. */
const wholeMessage = (message: WirePayload | null | undefined): WirePayload => ({
  ...message,
  tool_calls: message?.tool_calls?.map((call, index) => ({ ...call, index })),
});

function startOf(chunk: WireChunk, body: JsonObject, target: Target): StreamEvent {
  const rest = restOf(DIALECT, body, fieldsFor(target));
  return {
    type: 'start',
    id: chunk.id ?? '',
    model: chunk.model || target.model,
    ...(typeof chunk.created === 'number' ? { created: chunk.created } : {}),
    ...(chunk.service_tier ? { serviceTier: chunk.service_tier } : {}),
    ...(rest === undefined ? {} : { rest }),
  };
}

export const REPLY_FIELDS: ReadonlySet<string> = new Set([
  'id',
  'object',
  'created',
  'model',
  'choices',
  'usage',
  'service_tier',
]);
const fieldsFor = ({ quirks }: Target): ReadonlySet<string> =>
  quirks.usageIn === undefined ? REPLY_FIELDS : new Set([...REPLY_FIELDS, quirks.usageIn]);

/** Ends the stream: well, or as cut off. `told` means that the provider said so itself. */
export function finish(state: DecoderState, target: Target, how: 'told' | 'cut'): Step {
  const choices = [...state.choices].sort(([left], [right]) => left - right);
  const finished = choices.filter(([, choice]) => choice.finish !== undefined).length;
  const isWhole = finished > 0 && (how === 'told' || finished === choices.length);
  if (!isWhole) return fail(state, { kind: 'provider_truncated', provider: target.provider });
  const events: StreamEvent[] = [];
  const tell = (event: StreamEvent): void => {
    events.push(event);
  };
  for (const [choice, read] of choices) {
    const to: Telling = { choice, seed: state.id, origin: target.origin, tell };
    endChoice(citeWhole(read, state.sources, to), to);
  }
  tell({ type: 'end' });
  return [{ ...state, isOver: true }, events];
}
