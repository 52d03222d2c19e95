import { isJsonObject, type JsonObject } from '../../json/json-value.ts';
import {
  annotate,
  argumentsText,
  beginItem,
  beginPart,
  completePart,
  endItem,
  ensureItem,
  finishItem,
  type OutputState,
  type Place,
  type Reading,
  speak,
  speakWhole,
  tellLogprobs,
} from './item-reader.ts';
import type { WireEvent, WireReplyPart } from './reply-wire.ts';

interface Told {
  readonly event: WireEvent;
  /** The event as it came. */
  readonly body: JsonObject;
}

const PART: WireReplyPart = { type: 'output_text' };
const REFUSAL: WireReplyPart = { type: 'refusal' };

/** Reads one event about an item of the output; those that only tell of progress change nothing. */
export function readItemEvent(
  state: OutputState,
  told: Told,
  reading: (at: number) => Reading,
): OutputState {
  const { event, body } = told;
  const to = reading(placeOf(state, event));
  switch (event.type) {
    case 'response.output_item.added': {
      const raw = body['item'];
      if (!event.item || !isJsonObject(raw)) return state;
      return beginItem(state, { wire: event.item, raw }, to);
    }
    case 'response.output_item.done': {
      const raw = body['item'];
      if (!event.item || !isJsonObject(raw)) return endItem(state, to);
      return finishItem(state, { wire: event.item, raw }, to);
    }
    case 'response.function_call_arguments.delta': {
      const known = ensure(state, 'function_call', event, to);
      return speak(known, { key: '', text: event.delta ?? '' }, to);
    }
    case 'response.function_call_arguments.done': {
      const known = ensure(state, 'function_call', event, to);
      return speakWhole(known, { key: '', text: argumentsText(body['arguments']) }, to);
    }
    default:
      return readPartEvent(state, event, to);
  }
}

/** Where an event names no place, that of the item it names; else the last. */
function placeOf(state: OutputState, event: WireEvent): number {
  if (typeof event.output_index === 'number') return event.output_index;
  if (event.type === 'response.output_item.added') return state.items.size;
  const named = [...state.items].find(([, { wire }]) => wire.id && wire.id === event.item_id);
  return named?.[0] ?? Math.max(0, state.items.size - 1);
}

const ensure = (state: OutputState, type: string, event: WireEvent, to: Reading): OutputState =>
  ensureItem(state, { type, ...(event.item_id ? { id: event.item_id } : {}) }, to);

function readPartEvent(state: OutputState, event: WireEvent, to: Reading): OutputState {
  // Whose part it is, only the part tells.
  if (event.type.startsWith('response.content_part') && !event.part) return state;
  const isThought =
    event.type.startsWith('response.reasoning') || event.part?.type === 'reasoning_text';
  const known = ensure(state, isThought ? 'reasoning' : 'message', event, to);
  const isSummary = event.type.startsWith('response.reasoning_summary');
  const place: Place = isSummary
    ? { list: 'summary', index: event.summary_index ?? 0 }
    : { list: 'content', index: event.content_index ?? 0 };
  const key = `${place.list}${place.index}`;
  const part = event.type.startsWith('response.refusal') ? REFUSAL : PART;
  switch (event.type) {
    case 'response.content_part.added':
    case 'response.reasoning_summary_part.added':
      return beginPart(known, key, event.part ?? undefined, to);
    case 'response.content_part.done':
    case 'response.reasoning_summary_part.done':
      return event.part ? completePart(known, place, event.part, to) : known;
    case 'response.output_text.delta':
    case 'response.refusal.delta':
    case 'response.reasoning_text.delta':
    case 'response.reasoning_summary_text.delta': {
      const said = speak(known, { key, text: event.delta ?? '', part }, to);
      return tellLogprobs(said, key, event.logprobs, to);
    }
    case 'response.output_text.done':
    case 'response.refusal.done':
    case 'response.reasoning_text.done':
    case 'response.reasoning_summary_text.done':
      return speakWhole(known, { key, text: event.text ?? event.refusal ?? '', part }, to);
    case 'response.output_text.annotation.added':
      return event.annotation ? annotate(known, key, [event.annotation], to) : known;
    default:
      return known;
  }
}
