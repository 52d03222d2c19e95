import type { GatewayError } from '../../chat/error.ts';
import type { StreamEvent } from '../../chat/stream-event.ts';
import { type Fold, type Stepper, stepper } from '../../fold.ts';
import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import { parseJson } from '../../json/parse-json.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import type { Target } from '../dialect.ts';
import { decodeErrorValue, errorValueOf } from '../openai-errors.ts';
import { restOf } from '../rest-of.ts';
import { DIALECT } from './dialect-name.ts';
import { endItem, finishItem, noOutput, type OutputState, type Reading } from './item-reader.ts';
import { readWireEvent } from './plain-event.ts';
import { readItemEvent } from './read-item-event.ts';
import { WireItem, WireResponse } from './reply-wire.ts';
import { RESPONSE_FIELDS, toldFields } from './response-fields.ts';
import { readStop } from './stop-reason.ts';
import { decodeUsage } from './usage.ts';

/** What a decoder remembers between events. */
export interface DecoderState {
  readonly isStarted: boolean;
  /** The terminal event was told: whatever still comes is ignored. */
  readonly isOver: boolean;
  readonly output: OutputState;
}

export const initialState: DecoderState = { isStarted: false, isOver: false, output: noOutput };

type Step = readonly [DecoderState, readonly StreamEvent[]];

export const createStreamDecoder = (target: Target): Stepper<SseEvent, StreamEvent> =>
  stepper(decoderFold(target));

/**
 * Items are known by their place in the output: their ids change from event to event at some
 * look-alikes. Sequence numbers and the names of events aren't needed: all that counts is in order,
 * and in `type`.
 */
export function decoderFold(target: Target): Fold<DecoderState, SseEvent, StreamEvent> {
  return {
    initial: initialState,
    step(state, { data, event }) {
      const text = data.trim();
      if (state.isOver || text === '' || text === '[DONE]') return [state, []];
      const parsed = parseJson(text);
      if (!parsed.ok || !isJsonObject(parsed.value)) {
        return fail(state, invalid(target, 'a piece of its stream is not a JSON object'));
      }
      const body = parsed.value;
      return readEvent(
        state,
        'type' in body || event === undefined ? body : { ...body, type: event },
        target,
      );
    },
    end: (state) =>
      state.isOver ? [] : fail(state, { kind: 'provider_truncated', provider: target.provider })[1],
  };
}

const fail = (state: DecoderState, error: GatewayError): Step => [
  { ...state, isOver: true },
  [{ type: 'error', error }],
];

const invalid = ({ provider }: Target, detail: string): GatewayError => ({
  kind: 'provider_invalid_reply',
  provider,
  detail,
});

/** Far beyond the longest research. Each piece of one looks through them all. */
const MOST_ITEMS = 2_048;

function readEvent(state: DecoderState, body: JsonObject, target: Target): Step {
  const parsed = readWireEvent(body);
  if (!parsed.success) return fail(state, invalid(target, 'a piece of its stream is no event'));
  const event = parsed.data;
  const response = isJsonObject(body['response']) ? body['response'] : undefined;
  switch (event.type) {
    case 'error':
    case 'response.failed':
    case 'response.cancelled': {
      const told = (response && errorValueOf(response)) ?? errorValueOf(body) ?? body;
      return fail(state, decodeErrorValue(told, target.provider));
    }
    case 'response.completed':
    case 'response.incomplete':
    case 'response.done':
      return finish(state, response ?? {}, target);
    default:
      break;
  }
  if (event.type === '') {
    const error = errorValueOf(body);
    if (error !== undefined) return fail(state, decodeErrorValue(error, target.provider));
  }
  const events: StreamEvent[] = [];
  const begun = response === undefined ? state : start(state, response, target, events);
  if (!/^response\.(output_|content_|refusal|reasoning|function_call)/.test(event.type)) {
    return [begun, events];
  }
  const ready = start(begun, {}, target, events);
  if (ready.output.items.size > MOST_ITEMS) {
    return fail(ready, invalid(target, 'it has more items than any response'));
  }
  const output = readItemEvent(ready.output, { event, body }, reading(target, events));
  return [output === ready.output ? ready : { ...ready, output }, events];
}

const reading =
  (target: Target, events: StreamEvent[]) =>
  (at: number): Reading => ({
    at,
    origin: target.origin,
    quirks: target.quirks,
    tell: (event) => {
      events.push(event);
    },
  });

function start(
  state: DecoderState,
  response: JsonObject,
  target: Target,
  events: StreamEvent[],
): DecoderState {
  if (state.isStarted) return state;
  const { data } = WireResponse.safeParse(response);
  const rest = restOf(DIALECT, toldFields(response), RESPONSE_FIELDS);
  const tier = data?.service_tier;
  events.push({
    type: 'start',
    id: data?.id ?? '',
    model: data?.model || target.model,
    ...(typeof data?.created_at === 'number' ? { created: data.created_at } : {}),
    // What was asked for, not yet what served.
    ...(tier && tier !== 'auto' ? { serviceTier: tier } : {}),
    ...(rest === undefined ? {} : { rest }),
  });
  return { ...state, isStarted: true };
}

/** Ends the stream well: with what of the whole response had not been told, its usage and reason. */
export function finish(before: DecoderState, response: JsonObject, target: Target): Step {
  const events: StreamEvent[] = [];
  const state = start(before, response, target, events);
  const at = reading(target, events);
  let output = state.output;
  // Where items came as events, the list here only repeats them, by indexes of its own perhaps.
  if (output.items.size === 0) output = readOutput(output, response, at);
  for (const index of output.items.keys()) output = endItem(output, at(index));
  const usage = decodeUsage(response['usage']);
  if (usage !== undefined) events.push({ type: 'usage', usage });
  const { data } = WireResponse.safeParse(response);
  const stop = readStop(data ?? {}, output.hasCalls);
  events.push({ type: 'choice-end', choice: 0, ...stop }, { type: 'end' });
  return [{ ...state, output, isOver: true }, events];
}

function readOutput(
  before: OutputState,
  response: JsonObject,
  at: (index: number) => Reading,
): OutputState {
  const list = response['output'];
  if (!Array.isArray(list)) return before;
  let output = before;
  for (const [index, raw] of list.entries()) {
    const item = WireItem.safeParse(raw);
    if (item.success && isJsonObject(raw)) {
      output = finishItem(output, { wire: item.data, raw }, at(index));
    }
  }
  return output;
}
