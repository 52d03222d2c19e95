import type { ProviderState, StateOrigin } from '../../chat/provider-state.ts';
import type { Rest } from '../../chat/rest.ts';
import type { PartDelta, PartStart, StreamEvent } from '../../chat/stream-event.ts';
import type { JsonObject, JsonValue } from '../../json/json-value.ts';
import type { Quirks } from '../../providers/quirks.ts';
import { restOf } from '../rest-of.ts';
import { readAnnotation } from './annotations.ts';
import { DIALECT } from './dialect-name.ts';
import {
  CALL_FIELDS,
  CALL_ITEM,
  type ClientCall,
  clientCall,
  MESSAGE_FIELDS,
  PART_FIELDS,
  REASONING_FIELDS,
  wholePart,
} from './item-kind.ts';
import { readLogprob } from './logprobs.ts';
import { sharedTurn } from './mcp-turn.ts';
import type { WireAnnotation, WireItem, WireReplyPart, WireTokenLogprob } from './reply-wire.ts';

/** Where text of an item goes: its content, or a reasoning item's summary, at an index there. */
export interface Place {
  readonly list: 'content' | 'summary';
  readonly index: number;
}

interface Part {
  readonly at: number;
  /** Something of its text, arguments or object was told: what comes whole later only repeats it. */
  readonly said: boolean;
  readonly annotations: number;
  readonly hasLogprobs: boolean;
  readonly isOpen: boolean;
}

/** An item as far as it has been read, with what its beginning said of it. */
interface Item {
  readonly wire: WireItem;
  readonly raw: JsonObject;
  readonly callId: string;
  /** By place; calls and whole items have one part, at `''`. */
  readonly parts: ReadonlyMap<string, Part>;
  readonly isDone: boolean;
}

/** What has been read of a response's output. Plain data: each step makes the next. */
export interface OutputState {
  readonly nextPart: number;
  readonly hasCalls: boolean;
  readonly items: ReadonlyMap<number, Item>;
}

export const noOutput: OutputState = { nextPart: 0, hasCalls: false, items: new Map() };

/** An item that is read: its index in the output, and where its events are told. */
export interface Reading {
  readonly at: number;
  readonly origin: StateOrigin;
  readonly quirks: Quirks;
  readonly tell: (event: StreamEvent) => void;
}

const placeKey = ({ list, index }: Place): string => `${list}${index}`;
const ONLY = '';

/** Begins an item; an unfinished one in its place is over. */
export function beginItem(
  before: OutputState,
  { wire, raw }: { readonly wire: WireItem; readonly raw: JsonObject },
  to: Reading,
): OutputState {
  const state = endItem(before, to);
  const item: Item = {
    wire,
    raw,
    callId: freeId(state, wire, to.at),
    parts: new Map(),
    isDone: false,
  };
  const next = { ...state, items: new Map(state.items).set(to.at, item) };
  if (wire.type === 'function_call') return wire.name ? beginPart(next, ONLY, undefined, to) : next;
  if (wire.type === 'message' || wire.type === 'reasoning') return next;
  // What it asks for is known at its end only.
  if (clientCall(raw, to.quirks) !== undefined) return next;
  return beginPart(next, ONLY, undefined, to);
}

/** Clients pair results with calls by id: each call has one, and no two the same. */
function freeId(state: OutputState, wire: WireItem, at: number): string {
  const own = wire.call_id || wire.id || '';
  const isTaken = [...state.items.values()].some(({ callId }) => callId === own);
  return own === '' || isTaken ? `call_${at}_${own}` : own;
}

/** The item at this place, begun as this kind where its own beginning never came. */
export function ensureItem(state: OutputState, facts: JsonObject, to: Reading): OutputState {
  const type = String(facts['type']);
  if (state.items.get(to.at)?.wire.type === type) return state;
  const id = typeof facts['id'] === 'string' ? facts['id'] : undefined;
  return beginItem(state, { wire: { type, id, arguments: undefined }, raw: facts }, to);
}

function withPart(state: OutputState, key: string, part: Part, to: Reading): OutputState {
  const item = state.items.get(to.at);
  if (item === undefined) return state;
  const parts = new Map(item.parts).set(key, part);
  return { ...state, items: new Map(state.items).set(to.at, { ...item, parts }) };
}

const tellDelta = (part: Part, delta: PartDelta, to: Reading): void =>
  to.tell({ type: 'part-delta', choice: 0, part: part.at, delta });

/** Begins a part of the item, if it isn't begun. */
export function beginPart(
  before: OutputState,
  key: string,
  wire: WireReplyPart | undefined,
  to: Reading,
): OutputState {
  const item = before.items.get(to.at);
  if (item === undefined || item.isDone || item.parts.has(key)) return before;
  // Thoughts stay open until the item is over, or the next of them begins: its state comes last.
  const isThought = item.wire.type === 'reasoning';
  const state = isThought ? endParts(before, to) : before;
  const at = state.nextPart;
  const called = clientCall(item.raw, to.quirks);
  const start = called === undefined ? startOf(item, key, wire) : waitingCall(item, called);
  to.tell({ type: 'part-start', choice: 0, part: at, start });
  const part: Part = { at, said: false, annotations: 0, hasLogprobs: false, isOpen: true };
  if (isThought && item.wire.id) {
    tellDelta(part, { type: 'state', state: stateOf('item-id', item.wire.id, to) }, to);
  }
  const isCall = item.wire.type === 'function_call' || called !== undefined;
  const next = { ...state, nextPart: at + 1, hasCalls: state.hasCalls || isCall };
  return withPart(next, key, part, to);
}

const stateOf = (kind: ProviderState['kind'], data: string, to: Reading): ProviderState => ({
  origin: to.origin,
  kind,
  data,
});

/** Beside what it says, the item as it came: for a face of the same dialect. */
const waitingCall = ({ callId, raw }: Item, { name, isCustom }: ClientCall): PartStart => ({
  type: 'tool-call',
  id: callId,
  name,
  ...(isCustom === undefined ? {} : { isCustom }),
  rest: { dialect: DIALECT, fields: { [CALL_ITEM]: raw } },
});

function startOf(item: Item, key: string, part: WireReplyPart | undefined): PartStart {
  const { wire, raw } = item;
  switch (wire.type) {
    case 'function_call': {
      const rest = restOf(DIALECT, raw, CALL_FIELDS);
      const name = wire.name ?? '';
      return { type: 'tool-call', id: item.callId, name, ...(rest === undefined ? {} : { rest }) };
    }
    case 'reasoning': {
      const rest = restOf(DIALECT, raw, REASONING_FIELDS);
      const form = key.startsWith('summary') ? 'summary' : 'full';
      return {
        type: 'reasoning',
        ...(key === ONLY ? {} : { form }),
        ...(rest === undefined ? {} : { rest }),
      };
    }
    case 'message':
      return messagePart(item, part);
    default:
      return wholePart(raw);
  }
}

function messagePart({ raw }: Item, part: WireReplyPart | undefined): PartStart {
  const message = restOf(DIALECT, raw, MESSAGE_FIELDS);
  const own = part === undefined ? undefined : restOf(DIALECT, part, PART_FIELDS);
  const fields: { readonly [name: string]: JsonValue } = {
    ...own?.fields,
    ...(message === undefined ? {} : { item: message.fields }),
  };
  const rest: Rest | undefined =
    Object.keys(fields).length === 0 ? undefined : { dialect: DIALECT, fields };
  const type = part?.type ?? 'output_text';
  if (type === 'output_text' || type === 'text' || type === '') {
    return { type: 'text', ...(rest === undefined ? {} : { rest }) };
  }
  if (type === 'refusal') return { type: 'refusal', ...(rest === undefined ? {} : { rest }) };
  // Its place in a message is told by the message's fields.
  const placed = { dialect: DIALECT, fields: { item: message?.fields ?? {} } };
  return { type: 'opaque', dialect: DIALECT, raw: part as JsonObject, rest: placed };
}

/** More of a part's text, or of a call's arguments. */
export function speak(
  before: OutputState,
  said: { readonly key: string; readonly text: string; readonly part?: WireReplyPart },
  to: Reading,
): OutputState {
  const state = beginPart(before, said.key, said.part, to);
  const item = state.items.get(to.at);
  const part = item?.parts.get(said.key);
  if (item === undefined || part === undefined || !part.isOpen || said.text === '') return state;
  const isCall = item.wire.type === 'function_call';
  const delta: PartDelta = isCall
    ? { type: 'arguments', json: said.text }
    : { type: 'text', text: said.text };
  tellDelta(part, delta, to);
  return part.said ? state : withPart(state, said.key, { ...part, said: true }, to);
}

/** The same, come whole: told where nothing of it was. */
export function speakWhole(
  before: OutputState,
  said: { readonly key: string; readonly text: string; readonly part?: WireReplyPart },
  to: Reading,
): OutputState {
  const known = before.items.get(to.at)?.parts.get(said.key);
  return known?.said === true ? before : speak(before, said, to);
}

export function annotate(
  before: OutputState,
  key: string,
  wire: readonly WireAnnotation[],
  to: Reading,
): OutputState {
  const state = beginPart(before, key, undefined, to);
  const part = state.items.get(to.at)?.parts.get(key);
  if (part === undefined || !part.isOpen || wire.length === 0) return state;
  for (const one of wire) {
    tellDelta(part, { type: 'annotation', annotation: readAnnotation(one) }, to);
  }
  return withPart(state, key, { ...part, annotations: part.annotations + wire.length }, to);
}

export function tellLogprobs(
  state: OutputState,
  key: string,
  wire: readonly WireTokenLogprob[] | null | undefined,
  to: Reading,
): OutputState {
  const part = state.items.get(to.at)?.parts.get(key);
  if (part === undefined || !part.isOpen || !wire || wire.length === 0) return state;
  tellDelta(part, { type: 'logprobs', logprobs: wire.map(readLogprob) }, to);
  return part.hasLogprobs ? state : withPart(state, key, { ...part, hasLogprobs: true }, to);
}

/** A whole part of a message or of thoughts: what of it wasn't told yet. */
export function completePart(
  before: OutputState,
  place: Place,
  wire: WireReplyPart,
  to: Reading,
): OutputState {
  const key = placeKey(place);
  const begun = beginPart(before, key, wire, to);
  let state = speakWhole(begun, { key, text: wire.text ?? wire.refusal ?? '', part: wire }, to);
  const part = state.items.get(to.at)?.parts.get(key);
  if (part === undefined || state.items.get(to.at)?.wire.type !== 'message') return state;
  state = annotate(state, key, (wire.annotations ?? []).slice(part.annotations), to);
  if (!part.hasLogprobs) state = tellLogprobs(state, key, wire.logprobs, to);
  return endPart(state, key, to);
}

function endPart(state: OutputState, key: string, to: Reading): OutputState {
  const part = state.items.get(to.at)?.parts.get(key);
  if (part === undefined || !part.isOpen) return state;
  to.tell({ type: 'part-end', choice: 0, part: part.at });
  return withPart(state, key, { ...part, isOpen: false }, to);
}

function endParts(before: OutputState, to: Reading): OutputState {
  let state = before;
  for (const key of before.items.get(to.at)?.parts.keys() ?? []) state = endPart(state, key, to);
  return state;
}

/** A finished item: what of it wasn't told yet, and its end. */
export function finishItem(
  before: OutputState,
  done: { readonly wire: WireItem; readonly raw: JsonObject },
  to: Reading,
): OutputState {
  const known = before.items.get(to.at);
  if (known?.isDone === true && isSame(known.wire, done.wire)) return before;
  const isNew = known === undefined || known.isDone || known.wire.type !== done.wire.type;
  let state = isNew ? beginItem(before, done, to) : before;
  const { wire, raw } = done;
  if (wire.type === 'function_call') {
    state = beginCall(state, done, to);
    state = speakWhole(state, { key: ONLY, text: argumentsText(wire.arguments) }, to);
  } else if (wire.type === 'message' || wire.type === 'reasoning') {
    for (const list of ['summary', 'content'] as const) {
      for (const [index, part] of (wire[list] ?? []).entries()) {
        state = completePart(state, { list, index }, part, to);
      }
    }
  } else if (clientCall(raw, to.quirks) !== undefined) {
    state = beginCall(state, done, to);
  } else if (!isNew) {
    const part = known.parts.get(ONLY);
    const shared = sharedTurn(raw);
    const delta = { type: 'raw' as const, raw, ...(shared === undefined ? {} : { shared }) };
    if (part !== undefined) tellDelta(part, delta, to);
  }
  return endItem(state, to, wire.encrypted_content);
}

const isSame = (left: WireItem, right: WireItem): boolean =>
  left.type === right.type && left.call_id === right.call_id && left.id === right.id;

/** A call of which too little was known before its end begins there. */
function beginCall(
  state: OutputState,
  done: { readonly wire: WireItem; readonly raw: JsonObject },
  to: Reading,
): OutputState {
  const item = state.items.get(to.at);
  if (item === undefined || item.parts.size > 0) return state;
  const items = new Map(state.items);
  items.delete(to.at);
  const callId = freeId({ ...state, items }, done.wire, to.at);
  items.set(to.at, { ...item, ...done, callId });
  return beginPart({ ...state, items }, ONLY, undefined, to);
}

export const argumentsText = (value: unknown): string => {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
};

/** Ends what is open of an item, with the state that belongs to its thoughts. */
export function endItem(before: OutputState, to: Reading, encrypted?: string | null): OutputState {
  const item = before.items.get(to.at);
  if (item === undefined || item.isDone) return before;
  let state = before;
  if (item.wire.type === 'function_call') {
    state = speakWhole(state, { key: ONLY, text: argumentsText(item.wire.arguments) }, to);
  }
  const called = clientCall(item.raw, to.quirks);
  if (called !== undefined) {
    state = beginPart(state, ONLY, undefined, to);
    const part = state.items.get(to.at)?.parts.get(ONLY);
    if (part !== undefined) {
      tellDelta(part, { type: 'arguments', json: called.argumentsJson }, to);
    }
  }
  if (item.wire.type === 'reasoning') {
    if (item.parts.size === 0) state = beginPart(state, ONLY, undefined, to);
    const last = [...(state.items.get(to.at)?.parts.values() ?? [])].at(-1);
    const data = encrypted ?? item.wire.encrypted_content;
    if (last !== undefined && data) {
      tellDelta(last, { type: 'state', state: stateOf('encrypted', data, to) }, to);
    }
  }
  state = endParts(state, to);
  const ended = state.items.get(to.at);
  if (ended === undefined) return state;
  return { ...state, items: new Map(state.items).set(to.at, { ...ended, isDone: true }) };
}
