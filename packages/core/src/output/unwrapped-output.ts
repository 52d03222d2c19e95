import { collect } from '../chat/collect.ts';
import { replay } from '../chat/replay.ts';
import type { ChatReply, Choice } from '../chat/reply.ts';
import type { PartDelta, StreamEvent } from '../chat/stream-event.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { type Fold, type Stepper, stepper } from '../fold.ts';
import { ok } from '../result.ts';

/** The dialect, with the calls of one tool read as what the model says: its arguments are the text. */
export const unwrappingOutput = (dialect: Dialect, toolName: string): Dialect => ({
  ...dialect,
  decodeReply: (body, target) => {
    const reply = dialect.decodeReply(body, target);
    return reply.ok ? ok(unwrapReply(reply.value, toolName)) : reply;
  },
  createStreamDecoder: (target) => {
    const decoder = dialect.createStreamDecoder(target);
    const unwrap = createUnwrap(toolName);
    return {
      push: (event) => decoder.push(event).flatMap((one) => unwrap.push(one)),
      end: () => [...decoder.end().flatMap((one) => unwrap.push(one)), ...unwrap.end()],
    };
  },
});

/** By the stream that it would have been, so that both are the same. */
function unwrapReply(reply: ChatReply, toolName: string): ChatReply {
  const unwrap = createUnwrap(toolName);
  const unwrapped = collect([
    ...replay(reply).flatMap((event) => unwrap.push(event)),
    ...unwrap.end(),
  ]);
  return unwrapped.ok ? unwrapped.value : reply;
}

type Ending = Pick<Choice, 'stopReason' | 'rawReason'>;

/** A call that is no call is no reason to stop; the provider's own word for it would say it is. */
function ended<T extends Ending>(ending: T, hasCalls: boolean): T {
  if (ending.stopReason !== 'tool-calls' || hasCalls) return ending;
  const { rawReason: _raw, ...others } = ending;
  return { ...others, stopReason: 'stop' } as T;
}

/** One choice in time. */
interface Unwrapping {
  /** New places of the parts that went on, by the old ones. */
  readonly places: ReadonlyMap<number, number>;
  readonly output: ReadonlySet<number>;
  /** Words until it is known whether they are the answer. */
  readonly held: readonly StreamEvent[];
  readonly hasCalls: boolean;
}

const FRESH: Unwrapping = {
  places: new Map(),
  output: new Set(),
  held: [],
  hasCalls: false,
};

type State = ReadonlyMap<number, Unwrapping>;
type Stepped = readonly [Unwrapping, readonly StreamEvent[]];

export const createUnwrap = (toolName: string): Stepper<StreamEvent, StreamEvent> =>
  stepper(unwrapping(toolName));

const unwrapping = (toolName: string): Fold<State, StreamEvent, StreamEvent> => ({
  initial: new Map(),
  step: (state, event) => {
    if (!('choice' in event)) return [state, [event]];
    const before = state.get(event.choice) ?? FRESH;
    const [after, events] = stepChoice(before, event, toolName);
    return [after === before ? state : new Map(state).set(event.choice, after), events];
  },
  end: () => [],
});

type OfChoice = Extract<StreamEvent, { readonly choice: number }>;

function stepChoice(state: Unwrapping, event: OfChoice, toolName: string): Stepped {
  switch (event.type) {
    case 'part-start':
      return start(state, event, toolName);
    case 'part-delta':
    case 'part-end':
      return within(state, event);
    case 'choice-end': {
      const hasOutput = state.output.size > 0;
      const [after, events] = release(state, hasOutput);
      const last = hasOutput ? ended(event, state.hasCalls) : event;
      return [after, [...events, last]];
    }
  }
}

function start(
  state: Unwrapping,
  event: Extract<OfChoice, { readonly type: 'part-start' }>,
  toolName: string,
): Stepped {
  const { start: began, part } = event;
  if (began.type === 'text') {
    const isVain = state.output.size > 0;
    return isVain ? [state, []] : [{ ...state, held: [...state.held, event] }, []];
  }
  if (began.type !== 'tool-call') return pass(state, event);
  if (began.name !== toolName) {
    const [after, events] = release(state, state.output.size > 0);
    const [next, called] = pass({ ...after, hasCalls: true }, event);
    return [next, [...events, ...called]];
  }
  const output = new Set(state.output).add(part);
  return pass({ ...state, output, held: [] }, { ...event, start: { type: 'text' } });
}

/** What was held is the answer after all, or was said in vain. */
function release(state: Unwrapping, isVain: boolean): Stepped {
  let after: Unwrapping = { ...state, held: [] };
  const events: StreamEvent[] = [];
  for (const event of isVain ? [] : state.held) {
    const [next, passed] = 'part' in event ? pass(after, event) : [after, []];
    after = next;
    events.push(...passed);
  }
  return [after, events];
}

type OfPart = Extract<OfChoice, { readonly part: number }>;

function pass(state: Unwrapping, event: OfPart): Stepped {
  const known = state.places.get(event.part);
  const place = known ?? state.places.size;
  const places = known === undefined ? new Map(state.places).set(event.part, place) : state.places;
  return [{ ...state, places }, [{ ...event, part: place }]];
}

function within(
  state: Unwrapping,
  event: Exclude<OfPart, { readonly type: 'part-start' }>,
): Stepped {
  const isHeld = state.held.some((one) => 'part' in one && one.part === event.part);
  if (isHeld) return [{ ...state, held: [...state.held, event] }, []];
  if (!state.places.has(event.part)) return [state, []];
  if (event.type === 'part-end' || !state.output.has(event.part)) return pass(state, event);
  const delta = spoken(event.delta);
  return delta === undefined ? [state, []] : pass(state, { ...event, delta });
}

/** Pieces of arguments as pieces of text; what else belongs to a call, a text has no place for. */
function spoken(delta: PartDelta): PartDelta | undefined {
  if (delta.type !== 'arguments' || delta.json === '') return undefined;
  return { type: 'text', text: delta.json };
}
