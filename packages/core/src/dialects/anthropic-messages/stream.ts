import type { GatewayError } from '../../chat/error.ts';
import type { PartDelta, StreamEvent } from '../../chat/stream-event.ts';
import { type Fold, type Stepper, stepper } from '../../fold.ts';
import { parseJson } from '../../json/parse-json.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import type { Target } from '../dialect.ts';
import { decodeErrorBody } from './errors.ts';
import { closeBlock, growBlock, type OpenBlock, openBlock } from './open-block.ts';
import { isPlainChunk } from './plain-chunk.ts';
import { closingRest, replyHead } from './reply.ts';
import { asJson } from './rest.ts';
import { decodeStop } from './stop-reason.ts';
import { decodeUsage, mergeUsage } from './usage.ts';
import { WireChunk, WireReply, type WireUsage } from './wire.ts';

interface State {
  readonly phase: 'before' | 'within' | 'over';
  /** Blocks that have begun, by the provider's index for them. */
  readonly open: ReadonlyMap<number, OpenBlock>;
  readonly parts: number;
  readonly usage: WireUsage | undefined;
  readonly stop: { readonly [field: string]: unknown };
}

type Step = readonly [State, readonly StreamEvent[]];

const INITIAL: State = { phase: 'before', open: new Map(), parts: 0, usage: undefined, stop: {} };

/** Decodes a provider's stream: unknown events, blocks and deltas are kept or skipped, never an error. */
export const createStreamDecoder = (target: Target): Stepper<SseEvent, StreamEvent> =>
  stepper(streamFold(target));

function streamFold(target: Target): Fold<State, SseEvent, StreamEvent> {
  const { provider } = target;
  return {
    initial: INITIAL,
    step(state, event) {
      if (state.phase === 'over' || event.data === '' || event.data === '[DONE]')
        return [state, []];
      const json = parseJson(event.data);
      if (json.ok && isPlainChunk(json.value)) return stepChunk(state, json.value, target);
      const chunk = WireChunk.safeParse(json.ok ? json.value : null);
      if (!chunk.success) {
        const detail = 'an event of its stream is not a JSON object with a type.';
        return fail(state, { kind: 'provider_invalid_reply', provider, detail });
      }
      if (chunk.data.type === 'error')
        return fail(state, decodeErrorBody(asJson(chunk.data), provider));
      return stepChunk(state, chunk.data, target);
    },
    end: (state) =>
      state.phase === 'over'
        ? []
        : [{ type: 'error', error: { kind: 'provider_truncated', provider } }],
  };
}

const fail = (state: State, error: GatewayError): Step => [
  { ...state, phase: 'over' },
  [{ type: 'error', error }],
];

function stepChunk(state: State, chunk: WireChunk, target: Target): Step {
  if (state.phase === 'before') {
    if (chunk.type === 'message_start') return stepStart(state, chunk, target);
    if (!NEEDS_START.includes(chunk.type)) return [state, []];
    const { provider } = target;
    const detail = 'its stream does not begin with message_start.';
    return fail(state, { kind: 'provider_invalid_reply', provider, detail });
  }
  switch (chunk.type) {
    case 'content_block_start':
      return stepBlockStart(state, chunk, target);
    case 'content_block_delta':
      return stepBlockDelta(state, chunk);
    case 'content_block_stop':
      return stepBlockStop(state, chunk.index ?? -1);
    case 'message_delta':
      return stepMessageDelta(state, chunk);
    case 'message_stop':
      return stepStop(state);
    // A second message_start is told by some look-alikes, and says nothing new.
    default:
      return [state, []];
  }
}

const NEEDS_START = [
  'content_block_start',
  'content_block_delta',
  'content_block_stop',
  'message_delta',
  'message_stop',
];

function stepStart(state: State, chunk: WireChunk, target: Target): Step {
  const message = WireReply.safeParse(
    typeof chunk.message === 'object' ? { content: [], ...chunk.message } : null,
  );
  if (!message.success) {
    const { provider } = target;
    return fail(state, {
      kind: 'provider_invalid_reply',
      provider,
      detail: 'its message_start has no message.',
    });
  }
  const wire = message.data;
  const usage = wire.usage ?? undefined;
  const started: State = {
    ...state,
    phase: 'within',
    usage,
    stop: { stop_reason: wire.stop_reason, stop_sequence: wire.stop_sequence },
  };
  const [next, events] = wholeBlocks(started, wire.content, target);
  return [
    next,
    [
      { type: 'start', ...replyHead(wire, target) },
      // The output count of the start is a placeholder; the input is already true.
      ...(usage === undefined
        ? []
        : [{ type: 'usage' as const, usage: { ...decodeUsage(usage), output: {} } }]),
      ...events,
    ],
  ];
}

/** Blocks that stand in `message_start` already: calls made from within server-run code. */
function wholeBlocks(state: State, blocks: readonly unknown[], target: Target): Step {
  let current = state;
  const events: StreamEvent[] = [];
  for (const [index, content_block] of blocks.entries()) {
    const chunk = { type: 'content_block_start', index, content_block };
    const [opened, before] = stepBlockStart(current, chunk, target);
    const [closed, after] = stepBlockStop(opened, index);
    current = closed;
    events.push(...before, ...after);
  }
  return [current, events];
}

/** One at a time, by the API; look-alikes have a few. Each piece of one looks through them all. */
const MOST_OPEN = 256;

function stepBlockStart(state: State, chunk: WireChunk, target: Target): Step {
  const index = chunk.index ?? -1;
  // A block that never stopped ends where another takes its index.
  const [free, ended] = stepBlockStop(state, index);
  if (free.open.size >= MOST_OPEN) {
    const { provider } = target;
    const detail = `it has begun more than ${MOST_OPEN} blocks, and ended none of them.`;
    return fail(state, { kind: 'provider_invalid_reply', provider, detail });
  }
  const part = free.parts;
  const opened = openBlock(chunk.content_block, part, target.origin);
  if (opened === undefined) return [free, ended];
  const open = new Map(free.open).set(index, opened.block);
  return [
    { ...free, open, parts: part + 1 },
    [
      ...ended,
      { type: 'part-start', choice: 0, part, start: opened.start },
      ...opened.deltas.map((delta) => partDelta(part, delta)),
    ],
  ];
}

function stepBlockDelta(state: State, chunk: WireChunk): Step {
  const index = chunk.index ?? -1;
  const block = state.open.get(index);
  if (block === undefined || chunk.delta == null) return [state, []];
  const [grown, deltas] = growBlock(block, chunk.delta);
  const events = deltas.map((delta) => partDelta(block.part, delta));
  if (grown === block) return [state, events];
  return [{ ...state, open: new Map(state.open).set(index, grown) }, events];
}

function stepBlockStop(state: State, index: number): Step {
  const block = state.open.get(index);
  if (block === undefined) return [state, []];
  const open = new Map(state.open);
  open.delete(index);
  return [
    { ...state, open },
    [
      ...closeBlock(block).map((delta) => partDelta(block.part, delta)),
      { type: 'part-end', choice: 0, part: block.part },
    ],
  ];
}

const partDelta = (part: number, delta: PartDelta): StreamEvent => ({
  type: 'part-delta',
  choice: 0,
  part,
  delta,
});

function stepMessageDelta(state: State, chunk: WireChunk): Step {
  const { delta } = chunk;
  const usage =
    chunk.usage == null ? state.usage : mergeUsage(state.usage ?? NO_USAGE, chunk.usage);
  return [{ ...state, usage, stop: { ...state.stop, ...told(chunk), ...told(delta ?? {}) } }, []];
}

const NO_USAGE: WireUsage = {};

const told = (fields: { readonly [field: string]: unknown }): { [field: string]: unknown } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null));

function stepStop(state: State): Step {
  let current = state;
  const events: StreamEvent[] = [];
  for (const index of state.open.keys()) {
    const [next, ended] = stepBlockStop(current, index);
    current = next;
    events.push(...ended);
  }
  const { stop, usage } = current;
  if (usage !== undefined) events.push({ type: 'usage', usage: decodeUsage(usage) });
  events.push(
    {
      type: 'choice-end',
      choice: 0,
      ...decodeStop(text(stop['stop_reason']), text(stop['stop_sequence'])),
      ...closingRest(stop),
    },
    { type: 'end' },
  );
  return [{ ...current, phase: 'over' }, events];
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;
