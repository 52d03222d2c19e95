import type { TokenLogprob } from '../../chat/content-part.ts';
import type { StateOrigin } from '../../chat/provider-state.ts';
import type { PartStart, StreamEvent } from '../../chat/stream-event.ts';
import type { JsonObject } from '../../json/json-value.ts';
import { customArguments } from '../openai-custom.ts';
import { readAnnotation } from './annotations.ts';
import { readFinish } from './finish-reason.ts';
import { imageFrom } from './parts.ts';
import {
  besideWords,
  detailKey,
  detailStates,
  type ReasoningDetail,
  wordsOf,
} from './reasoning-details.ts';
import type {
  WireAnnotation,
  WireLogprob,
  WirePayload,
  WireReplyPart,
  WireSource,
  WireTokenLogprob,
  WireToolCall,
} from './reply-wire.ts';

type Kind = 'text' | 'reasoning' | 'refusal' | 'audio';

/** A tool call as far as it is known. Nothing is told of it before its name came. */
interface Call {
  readonly key: number | undefined;
  readonly wireId: string | undefined;
  readonly isCustom: boolean;
  /** Set once it was told. */
  readonly part: number | undefined;
  readonly name: string;
  /** Arguments not told yet; of a custom call, all of its input. */
  readonly held: string;
}

/** What has been read of one choice. Plain data: each step makes the next. */
export interface ChoiceState {
  readonly nextPart: number;
  readonly open:
    | {
        readonly kind: Kind;
        readonly part: number;
        readonly offset: number;
        /** Of thoughts, the detail that they are: what its pieces tell beside words, the latest last. */
        readonly detail?: { readonly key: string; readonly beside: JsonObject };
      }
    | undefined;
  /** Length of all text so far: annotations count from its beginning. */
  readonly textLength: number;
  readonly calls: readonly Call[];
  readonly finish: string | undefined;
  readonly hasCited: boolean;
}

export const newChoice: ChoiceState = {
  nextPart: 0,
  open: undefined,
  textLength: 0,
  calls: [],
  finish: undefined,
  hasCited: false,
};

/** Tells events of one choice; `seed` makes ids for calls that came without. */
export interface Telling {
  readonly choice: number;
  readonly seed: string;
  /** Who made the state that is told. */
  readonly origin: StateOrigin;
  readonly tell: (event: StreamEvent) => void;
}

/** Reads one delta, or one whole message: the same fields, so the same events for both. */
export function readPayload(
  before: ChoiceState,
  payload: WirePayload,
  logprobs: readonly WireTokenLogprob[],
  to: Telling,
): ChoiceState {
  let state = readText(before, payload, to);
  // Both are about the text before them, and must not wait until something else has begun.
  if (payload.annotations) state = annotate(state, payload.annotations, to);
  readLogprobs(state, logprobs, to);
  state = speak(state, 'refusal', payload.refusal ?? '', to);
  if (payload.audio) state = readAudio(state, payload.audio, to);
  for (const image of payload.images ?? []) state = readImage(state, image.image_url.url, to);
  for (const call of payload.tool_calls ?? []) state = readCall(state, call, to);
  const legacy = payload.function_call;
  // The old form knows one call only, so its pieces all belong to that, and to no other.
  return legacy ? readCall(state, { index: -1, function: legacy }, to) : state;
}

function readText(before: ChoiceState, payload: WirePayload, to: Telling): ChoiceState {
  let state = readThoughts(before, payload, to);
  if (typeof payload.content === 'string') return speak(state, 'text', payload.content, to);
  for (const part of payload.content ?? []) {
    state = speak(state, 'reasoning', thinkingOf(part.thinking), to);
    state = speak(state, 'text', part.text ?? '', to);
    state = speak(state, 'refusal', part.refusal ?? '', to);
  }
  return state;
}

/** The plain field and the details say the same: with details it is known what belongs to what. */
function readThoughts(before: ChoiceState, payload: WirePayload, to: Telling): ChoiceState {
  const details = payload.reasoning_details ?? [];
  const isSaid = details.some((detail) => wordsOf(detail) !== '');
  const plain = payload.reasoning_content || payload.reasoning || '';
  let state = isSaid ? before : speak(before, 'reasoning', plain, to);
  for (const detail of details) state = readDetail(state, detail, to);
  return state;
}

function readDetail(before: ChoiceState, detail: ReasoningDetail, to: Telling): ChoiceState {
  const words = wordsOf(detail);
  const { data, signature } = detail;
  if (words === '' && !data && !signature) return before;
  // A proof that comes alone is of the thoughts before it.
  const last = before.open?.kind === 'reasoning' ? before.open : undefined;
  const key = detailKey(detail);
  const goesOn = !data && (last?.detail === undefined || last.detail.key === key);
  const isOwn = last !== undefined && (goesOn || (words === '' && !data));
  const state = open(isOwn ? before : close(before, to), 'reasoning', to);
  const known = state.open.detail ?? { key, beside: {} };
  const grown = { ...known, beside: { ...known.beside, ...besideWords(detail) } };
  return speak({ ...state, open: { ...state.open, detail: grown } }, 'reasoning', words, to);
}

function thinkingOf(thinking: WireReplyPart['thinking']): string {
  if (!Array.isArray(thinking)) return thinking ?? '';
  return thinking.map((piece) => piece.text ?? '').join('');
}

function close(state: ChoiceState, to: Telling): ChoiceState {
  if (state.open === undefined) return state;
  for (const told of detailStates(state.open.detail?.beside ?? {}, to.origin)) {
    const delta = { type: 'state' as const, state: told };
    to.tell({ type: 'part-delta', choice: to.choice, part: state.open.part, delta });
  }
  to.tell({ type: 'part-end', choice: to.choice, part: state.open.part });
  return { ...state, open: undefined };
}

/** Makes sure that a part of this kind is open: what speaks in turn stands in turn. */
function open(
  state: ChoiceState,
  kind: Kind,
  to: Telling,
): ChoiceState & { readonly open: NonNullable<ChoiceState['open']> } {
  const { open: current } = state;
  if (current?.kind === kind) return { ...state, open: current };
  const closed = close(state, to);
  const part = closed.nextPart;
  const start: PartStart = kind === 'audio' ? { type: 'media', kind: 'audio' } : { type: kind };
  to.tell({ type: 'part-start', choice: to.choice, part, start });
  return { ...closed, nextPart: part + 1, open: { kind, part, offset: closed.textLength } };
}

function speak(
  before: ChoiceState,
  kind: Exclude<Kind, 'audio'>,
  text: string,
  to: Telling,
): ChoiceState {
  if (text === '') return before;
  const state = open(before, kind, to);
  const { part } = state.open;
  to.tell({ type: 'part-delta', choice: to.choice, part, delta: { type: 'text', text } });
  return kind === 'text' ? { ...state, textLength: state.textLength + text.length } : state;
}

function annotate(
  before: ChoiceState,
  annotations: readonly WireAnnotation[],
  to: Telling,
): ChoiceState {
  if (annotations.length === 0) return before;
  const state = { ...open(before, 'text', to), hasCited: true };
  for (const wire of annotations) {
    const annotation = readAnnotation(wire, state.open.offset);
    const delta = { type: 'annotation' as const, annotation };
    to.tell({ type: 'part-delta', choice: to.choice, part: state.open.part, delta });
  }
  return state;
}

/** Sources of a whole reply stand at its last text, without a place in it; those it cited itself stay. */
export function citeWhole(
  state: ChoiceState,
  sources: readonly WireSource[],
  to: Telling,
): ChoiceState {
  const { open: last } = state;
  if (last?.kind !== 'text' || state.hasCited) return state;
  for (const { url, title } of sources) {
    const annotation = { kind: 'url-citation' as const, url, ...(title ? { title } : {}) };
    const delta = { type: 'annotation' as const, annotation };
    to.tell({ type: 'part-delta', choice: to.choice, part: last.part, delta });
  }
  return state;
}

/** Of tokens that are no text (a call's, a hidden thought's) nobody could say what they belong to. */
function readLogprobs(state: ChoiceState, wire: readonly WireTokenLogprob[], to: Telling): void {
  if (wire.length === 0 || state.open?.kind !== 'text') return;
  const delta = { type: 'logprobs' as const, logprobs: wire.map(readLogprob) };
  to.tell({ type: 'part-delta', choice: to.choice, part: state.open.part, delta });
}

function readLogprob(wire: WireTokenLogprob): TokenLogprob {
  const one = (value: WireLogprob): Omit<TokenLogprob, 'top'> => ({
    token: value.token,
    logprob: value.logprob,
    ...(value.bytes === undefined ? {} : { bytes: value.bytes }),
  });
  return {
    ...one(wire),
    ...(wire.top_logprobs ? { top: wire.top_logprobs.map(one) } : {}),
  };
}

function readAudio(
  before: ChoiceState,
  audio: NonNullable<WirePayload['audio']>,
  to: Telling,
): ChoiceState {
  if (!audio.data && !audio.transcript) return before;
  const state = open(before, 'audio', to);
  const at = { type: 'part-delta' as const, choice: to.choice, part: state.open.part };
  if (audio.data) to.tell({ ...at, delta: { type: 'data', base64: audio.data } });
  if (audio.transcript) to.tell({ ...at, delta: { type: 'transcript', text: audio.transcript } });
  return state;
}

function readImage(before: ChoiceState, url: string, to: Telling): ChoiceState {
  const state = close(before, to);
  const { source, mediaType } = imageFrom(url);
  const at = { choice: to.choice, part: state.nextPart };
  const start: PartStart = {
    type: 'media',
    kind: 'image',
    ...(mediaType === undefined ? {} : { mediaType }),
    ...(source.type === 'url' ? { url: source.url } : {}),
  };
  to.tell({ type: 'part-start', ...at, start });
  if (source.type === 'base64') {
    to.tell({ type: 'part-delta', ...at, delta: { type: 'data', base64: source.data } });
  }
  to.tell({ type: 'part-end', ...at });
  return { ...state, nextPart: at.part + 1 };
}

function readCall(before: ChoiceState, wire: WireToolCall, to: Telling): ChoiceState {
  const state = close(before, to);
  const found = findCall(state.calls, wire);
  const known: Call = state.calls[found] ?? {
    key: wire.index ?? undefined,
    wireId: wire.id || undefined,
    isCustom: wire.type === 'custom' || Boolean(wire.custom),
    part: undefined,
    name: '',
    held: '',
  };
  const named = known.name === '' ? (wire.function?.name ?? wire.custom?.name ?? '') : known.name;
  const held = known.held + (wire.custom?.input ?? argumentsText(wire.function?.arguments));
  const grown = { ...known, wireId: known.wireId ?? (wire.id || undefined), name: named, held };
  const calls = state.calls.slice();
  const at = found === -1 ? calls.length : found;
  calls[at] = grown;
  const next = { ...state, calls };
  return named === '' || grown.isCustom ? next : tellCall(next, at, to);
}

/**
 * The call that a delta goes on with, or -1 for a new one. Look-alikes leave out the index, repeat
 * one index for several calls, or send each call whole.
 */
function findCall(calls: readonly Call[], wire: WireToolCall): number {
  const id = wire.id || undefined;
  if (typeof wire.index === 'number') {
    const at = calls.findLastIndex((call) => call.key === wire.index);
    const other = calls[at]?.wireId;
    const isAnother = id !== undefined && other !== undefined && other !== id;
    return isAnother && wire.function?.name ? -1 : at;
  }
  if (id !== undefined) return calls.findIndex((call) => call.wireId === id);
  return wire.function?.name ? -1 : calls.length - 1;
}

function argumentsText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

/** Begins a call that was not told yet, and tells what is held of it. */
function tellCall(state: ChoiceState, at: number, to: Telling): ChoiceState {
  const call = state.calls[at];
  if (call === undefined) return state;
  const part = call.part ?? state.nextPart;
  if (call.part === undefined) {
    const id = freeId(state, at, to);
    const start: PartStart = { type: 'tool-call', id, name: call.name };
    to.tell({ type: 'part-start', choice: to.choice, part, start });
  }
  if (call.held !== '') {
    const delta = { type: 'arguments' as const, json: call.held };
    to.tell({ type: 'part-delta', choice: to.choice, part, delta });
  }
  const calls = state.calls.slice();
  calls[at] = { ...call, part, held: '' };
  return { ...state, calls, nextPart: Math.max(state.nextPart, part + 1) };
}

/** Clients pair results with calls by id: each call has one, and no two the same. */
function freeId(state: ChoiceState, at: number, to: Telling): string {
  const own = state.calls[at]?.wireId;
  const made = `call_${to.seed.replace(/[^a-zA-Z0-9]/g, '').slice(-24)}_${to.choice}_${at}`;
  if (own === undefined) return made;
  return state.calls.some((call, other) => other < at && call.wireId === own) ? made : own;
}

/** Ends everything that is open, then the choice. */
export function endChoice(before: ChoiceState, to: Telling): void {
  let state = close(before, to);
  for (const [at, call] of before.calls.entries()) {
    if (call.isCustom) state = tellCustom(state, call, at, to);
    else if (call.part === undefined && call.held !== '') state = tellCall(state, at, to);
  }
  for (const { part } of state.calls) {
    if (part !== undefined) to.tell({ type: 'part-end', choice: to.choice, part });
  }
  const rawReason = state.finish;
  to.tell({
    type: 'choice-end',
    choice: to.choice,
    stopReason: readFinish(rawReason ?? '', state.calls.length > 0),
    ...(rawReason === undefined ? {} : { rawReason }),
  });
}

function tellCustom(state: ChoiceState, call: Call, at: number, to: Telling): ChoiceState {
  const id = freeId(state, at, to);
  const where = { choice: to.choice, part: state.nextPart };
  const start: PartStart = { type: 'tool-call', id, name: call.name, isCustom: true };
  to.tell({ type: 'part-start', ...where, start });
  const delta = { type: 'arguments' as const, json: customArguments(call.held) };
  to.tell({ type: 'part-delta', ...where, delta });
  to.tell({ type: 'part-end', ...where });
  return { ...state, nextPart: where.part + 1 };
}
