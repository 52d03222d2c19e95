import * as z from 'zod';
import type { GatewayError } from '../../chat/error.ts';
import type { StreamEvent } from '../../chat/stream-event.ts';
import type { Fold } from '../../fold.ts';
import { isJsonObject, type JsonValue } from '../../json/json-value.ts';
import { parseJson } from '../../json/parse-json.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import type { Target } from '../dialect.ts';
import { wireProblem } from '../wire-problem.ts';
import { decodeFinishReason } from './finish-reason.ts';
import { decodeNativeUsage } from './usage.ts';
import { type NativeStreamChoice, NativeStreamChunk, type NativeToolCallDelta } from './wire.ts';

interface ChoiceState {
  /** The part that all text of the choice goes to: the contract has one content. */
  readonly text?: number;
  /** Likewise of all that was thought. */
  readonly thought?: number;
  /** The parts of tool calls, by the index that the wire gives them. */
  readonly calls: ReadonlyMap<number, number>;
  readonly parts: number;
  readonly hasEnded: boolean;
}

interface State {
  readonly phase: 'waiting' | 'open' | 'over';
  readonly choices: ReadonlyMap<number, ChoiceState>;
}

type Step = readonly [State, readonly StreamEvent[]];

const FRESH: ChoiceState = { calls: new Map(), parts: 0, hasEnded: false };

/** Native always says `[DONE]`: a stream that stops before is truncated. */
export function streamFold(target: Target): Fold<State, SseEvent, StreamEvent> {
  const { provider } = target;
  const fail = (state: State, error: GatewayError): Step => [
    { ...state, phase: 'over' },
    [{ type: 'error', error }],
  ];
  return {
    initial: { phase: 'waiting', choices: new Map() },
    step(state, { data }) {
      if (state.phase === 'over') return [state, []];
      if (data.trim() === '[DONE]') return finish(state, provider);
      const parsed = parseJson(data);
      if (!parsed.ok) return fail(state, invalidReply(provider, 'an event is no JSON'));
      const { value } = parsed;
      if (isJsonObject(value) && value['error'] !== undefined) {
        return fail(state, decodeStreamError(value['error'], provider));
      }
      const chunk = NativeStreamChunk.safeParse(value);
      if (chunk.success) return readChunk(state, chunk.data);
      const { path, detail } = wireProblem(chunk.error);
      return fail(state, invalidReply(provider, `${path ?? 'event'}: ${detail}`));
    },
    end: (state) => (state.phase === 'over' ? [] : [{ type: 'error', error: truncated(provider) }]),
  };
}

function finish(state: State, provider: string): Step {
  const over: State = { ...state, phase: 'over' };
  if (state.phase === 'waiting') return [over, [{ type: 'error', error: truncated(provider) }]];
  const events: StreamEvent[] = [];
  for (const [index, choice] of state.choices) {
    if (!choice.hasEnded) events.push(...endChoice(index, choice, undefined));
  }
  return [over, [...events, { type: 'end' }]];
}

function readChunk(state: State, chunk: NativeStreamChunk): Step {
  const events: StreamEvent[] = [];
  if (state.phase === 'waiting') {
    const { id, model, created } = chunk;
    events.push({ type: 'start', id, model, created });
  }
  const choices = new Map(state.choices);
  for (const wire of chunk.choices) {
    const before = choices.get(wire.index) ?? FRESH;
    if (before.hasEnded) continue;
    const [after, read] = readChoice(before, wire);
    choices.set(wire.index, after);
    events.push(...read);
  }
  if (chunk.usage !== undefined) {
    events.push({ type: 'usage', usage: decodeNativeUsage(chunk.usage) });
  }
  return [{ phase: 'open', choices }, events];
}

function readChoice(
  before: ChoiceState,
  { index: choice, delta, finish_reason: reason }: NativeStreamChoice,
): readonly [ChoiceState, readonly StreamEvent[]] {
  const events: StreamEvent[] = [];
  let state = before;
  if (delta.reasoning_content !== undefined) {
    const part = state.thought ?? state.parts;
    if (state.thought === undefined) {
      events.push({ type: 'part-start', choice, part, start: { type: 'reasoning' } });
      state = { ...state, thought: part, parts: part + 1 };
    }
    const text = { type: 'text' as const, text: delta.reasoning_content };
    events.push({ type: 'part-delta', choice, part, delta: text });
  }
  if (delta.content !== undefined) {
    const part = state.text ?? state.parts;
    if (state.text === undefined) {
      events.push({ type: 'part-start', choice, part, start: { type: 'text' } });
      state = { ...state, text: part, parts: part + 1 };
    }
    if (delta.content !== '') {
      const text = { type: 'text' as const, text: delta.content };
      events.push({ type: 'part-delta', choice, part, delta: text });
    }
  }
  for (const call of delta.tool_calls ?? []) {
    const [after, read] = readCall(state, call, choice);
    state = after;
    events.push(...read);
  }
  if (reason !== undefined) {
    events.push(...endChoice(choice, state, reason));
    state = { ...state, hasEnded: true };
  }
  return [state, events];
}

function readCall(
  state: ChoiceState,
  call: NativeToolCallDelta,
  choice: number,
): readonly [ChoiceState, readonly StreamEvent[]] {
  const events: StreamEvent[] = [];
  const known = state.calls.get(call.index);
  const part = known ?? state.parts;
  if (known === undefined) {
    const start = { id: call.id ?? '', name: call.function?.name ?? '' };
    events.push({ type: 'part-start', choice, part, start: { type: 'tool-call', ...start } });
  }
  const json = call.function?.arguments ?? '';
  if (json !== '') {
    events.push({ type: 'part-delta', choice, part, delta: { type: 'arguments', json } });
  }
  if (known !== undefined) return [state, events];
  const calls = new Map(state.calls).set(call.index, part);
  return [{ ...state, calls, parts: part + 1 }, events];
}

/** Parts stay open until their choice ends, since calls may come interleaved. */
function endChoice(
  choice: number,
  state: ChoiceState,
  reason: string | undefined,
): readonly StreamEvent[] {
  const ends: StreamEvent[] = [];
  for (let part = 0; part < state.parts; part += 1) ends.push({ type: 'part-end', choice, part });
  return [...ends, { type: 'choice-end', choice, ...decodeFinishReason(reason) }];
}

const StreamError = z.looseObject({ code: z.string().nullish() });

function decodeStreamError(value: JsonValue, provider: string): GatewayError {
  const parsed = StreamError.safeParse(value);
  switch (parsed.success ? parsed.data.code : undefined) {
    case 'connection_closed':
      return truncated(provider);
    case 'parse_error':
      return invalidReply(provider, 'it says that it could not read its own provider');
    default:
      return { kind: 'provider_failed', provider };
  }
}

const truncated = (provider: string): GatewayError => ({ kind: 'provider_truncated', provider });

const invalidReply = (provider: string, detail: string): GatewayError => ({
  kind: 'provider_invalid_reply',
  provider,
  detail,
});
