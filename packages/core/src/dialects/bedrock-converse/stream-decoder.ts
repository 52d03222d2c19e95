import type { GatewayError } from '../../chat/error.ts';
import type { PartDelta, PartStart, StreamEvent } from '../../chat/stream-event.ts';
import type { Stepper } from '../../fold.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import type { Target } from '../dialect.ts';
import { decodeException, isErrorBody, isException } from './errors.ts';
import { asJsonObject, DIALECT } from './known-fields.ts';
import { closeBlock, growBlock, type OpenBlock, startOfBlock, startOfDelta } from './open-block.ts';
import { readEvent, type WireEvent } from './read-event.ts';
import { withoutNulls } from './reply.ts';
import { WirePayload, type WireUsage } from './reply-wire.ts';
import { decodeStop } from './stop-reason.ts';
import { decodeUsage } from './usage.ts';

interface Reading {
  readonly target: Target;
  readonly open: Map<number, OpenBlock>;
  /** What is told of the reply at its end and the hub has no word for. */
  rest: { readonly [field: string]: unknown };
  parts: number;
  hasStarted: boolean;
  hasStopped: boolean;
  hasMetadata: boolean;
  isOver: boolean;
  stopReason: string | undefined;
  usage: WireUsage | undefined;
}

const reading = (target: Target): Reading => ({
  target,
  open: new Map(),
  rest: {},
  parts: 0,
  hasStarted: false,
  hasStopped: false,
  hasMetadata: false,
  isOver: false,
  stopReason: undefined,
  usage: undefined,
});

/**
 * Decodes a provider's stream, each frame shown as an event of its name. A stream is whole once it
 * told why it stopped: `metadata` usually follows, comes before it here and there, or not at all.
 */
export function createStreamDecoder(target: Target): Stepper<SseEvent, StreamEvent> {
  const { provider } = target;
  const state = reading(target);
  const fail = (error: GatewayError): readonly StreamEvent[] => {
    state.isOver = true;
    return [{ type: 'error', error }];
  };
  return {
    push(frame) {
      if (state.isOver || frame.data === '') return [];
      const event = readEvent(frame);
      if (event === undefined) {
        const detail = 'an event of its stream is not a JSON object.';
        return fail({ kind: 'provider_invalid_reply', provider, detail });
      }
      if (isException(event.name) || (event.name === '' && isErrorBody(event.payload))) {
        return fail(decodeException(event.name, event.payload, provider));
      }
      const events = read(state, event);
      return state.hasStopped && state.hasMetadata ? [...events, ...finish(state)] : events;
    },
    end() {
      if (state.isOver) return [];
      return state.hasStopped ? finish(state) : fail({ kind: 'provider_truncated', provider });
    },
  };
}

function read(state: Reading, { name, payload }: WireEvent): readonly StreamEvent[] {
  // Frames are padded, so that their lengths don't tell of their words.
  const { p: _padding, ...told } = payload;
  const parsed = WirePayload.safeParse(told);
  if (!parsed.success || name === '') return [];
  const wire = parsed.data;
  const index = wire.contentBlockIndex ?? 0;
  switch (name) {
    case 'messageStart':
      return begin(state);
    case 'contentBlockStart': {
      const start = startOfBlock(asJsonObject(wire.start), state.target.origin);
      return start === undefined ? begin(state) : openAt(state, index, start);
    }
    case 'contentBlockDelta':
      return readDelta(state, index, wire);
    case 'contentBlockStop':
      return closeAt(state, index);
    case 'messageStop': {
      const { stopReason, ...others } = wire;
      state.hasStopped = true;
      state.stopReason = stopReason ?? undefined;
      state.rest = { ...state.rest, ...withoutNulls(others) };
      return begin(state);
    }
    case 'metadata': {
      const { usage, ...others } = wire;
      state.hasMetadata = true;
      state.usage = usage ?? state.usage;
      state.rest = { ...state.rest, ...withoutNulls(others) };
      return begin(state);
    }
    default:
      return [];
  }
}

function begin(state: Reading): readonly StreamEvent[] {
  if (state.hasStarted) return [];
  state.hasStarted = true;
  return [{ type: 'start', id: '', model: state.target.model }];
}

function openAt(state: Reading, index: number, start: PartStart): readonly StreamEvent[] {
  const ended = closeAt(state, index);
  const part = state.parts;
  state.parts += 1;
  state.open.set(index, { part, start, json: '', signature: '', results: [] });
  return [...begin(state), ...ended, { type: 'part-start', choice: 0, part, start }];
}

function readDelta(state: Reading, index: number, wire: WirePayload): readonly StreamEvent[] {
  const { delta } = wire;
  if (delta == null) return [];
  const start = state.open.has(index) ? undefined : startOfDelta(delta);
  const opened = start === undefined ? [] : openAt(state, index, start);
  const block = state.open.get(index);
  if (block === undefined) return opened;
  const deltas = growBlock(block, delta, state.target.origin);
  return [...opened, ...deltas.map((one) => partDelta(block.part, one))];
}

function closeAt(state: Reading, index: number): readonly StreamEvent[] {
  const block = state.open.get(index);
  if (block === undefined) return [];
  state.open.delete(index);
  return [
    ...closeBlock(block, state.target.origin).map((one) => partDelta(block.part, one)),
    { type: 'part-end', choice: 0, part: block.part },
  ];
}

const partDelta = (part: number, delta: PartDelta): StreamEvent => ({
  type: 'part-delta',
  choice: 0,
  part,
  delta,
});

function finish(state: Reading): readonly StreamEvent[] {
  state.isOver = true;
  const usage = decodeUsage(state.usage);
  const fields = asJsonObject(state.rest);
  return [
    ...[...state.open.keys()].flatMap((index) => closeAt(state, index)),
    ...(usage === undefined ? [] : [{ type: 'usage' as const, usage }]),
    {
      type: 'choice-end',
      choice: 0,
      ...decodeStop(state.stopReason),
      ...(Object.keys(fields).length === 0 ? {} : { rest: { dialect: DIALECT, fields } }),
    },
    { type: 'end' },
  ];
}
