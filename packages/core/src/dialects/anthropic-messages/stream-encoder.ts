import type { GatewayError } from '../../chat/error.ts';
import { lost } from '../../chat/loss.ts';
import type { Choice } from '../../chat/reply.ts';
import type { PartDelta, PartStart, StreamEvent } from '../../chat/stream-event.ts';
import type { Usage } from '../../chat/usage.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import type { Answering, StreamEncoder } from '../dialect.ts';
import { type BlockSink, type BlockWriter, createBlockWriter, wireEvent } from './block-writer.ts';
import { anthropicErrorBody } from './errors.ts';
import { KNOWN } from './known-fields.ts';
import { encodeHead } from './reply.ts';
import { fieldsOf } from './rest.ts';
import { encodeStop } from './stop-reason.ts';
import { encodeUsage } from './usage.ts';

/** A part that waits for the one before it to end: blocks never overlap here. */
interface Waiting {
  readonly part: number;
  readonly start: PartStart;
  readonly deltas: PartDelta[];
  ended: boolean;
  writer?: BlockWriter;
}

type Start = Extract<StreamEvent, { readonly type: 'start' }>;

/**
 * Writes the dialect's strict grammar: one `message_start`, blocks one after another with ascending
 * indexes, `message_delta` with the usage, `message_stop`. What waits is bounded by the reply itself.
 */
export function createStreamEncoder(answering: Answering): StreamEncoder {
  const sink: BlockSink = { next: 0, losses: [] };
  const queue: Waiting[] = [];
  let hasStarted = false;
  let isOver = false;
  let refused = false;
  let usage: Usage | undefined;
  let closing: Pick<Choice, 'stopReason' | 'rawReason' | 'stopSequence' | 'rest'> = {
    stopReason: 'other',
  };

  const begin = (start: Start): readonly SseEvent[] => {
    if (hasStarted) return [];
    hasStarted = true;
    return [messageStart(start, answering)];
  };

  const beginPart = (part: number, start: PartStart): readonly SseEvent[] => {
    refused ||= start.type === 'refusal';
    const path = `choices[0].content[${part}]`;
    const waiting: Waiting = { part, start, deltas: [], ended: false };
    queue.push(waiting);
    if (queue.length > 1) return [];
    waiting.writer = createBlockWriter(start, path, sink);
    return waiting.writer.open;
  };

  const grow = (part: number, delta: PartDelta): readonly SseEvent[] => {
    const waiting = queue.find((one) => one.part === part);
    if (waiting?.writer !== undefined) return waiting.writer.write(delta);
    waiting?.deltas.push(delta);
    return [];
  };

  const endPart = (part: number): readonly SseEvent[] => {
    const waiting = queue.find((one) => one.part === part);
    if (waiting !== undefined) waiting.ended = true;
    return drain();
  };

  const drain = (): readonly SseEvent[] => {
    const events: SseEvent[] = [];
    for (let head = queue[0]; head !== undefined; head = queue[0]) {
      if (head.writer === undefined) {
        const path = `choices[0].content[${head.part}]`;
        const writer = createBlockWriter(head.start, path, sink);
        events.push(
          ...writer.open,
          ...head.deltas.splice(0).flatMap((delta) => writer.write(delta)),
        );
        head.writer = writer;
      }
      if (!head.ended) break;
      events.push(...head.writer.close());
      queue.shift();
    }
    return events;
  };

  const end = (): readonly SseEvent[] => {
    isOver = true;
    for (const waiting of queue) waiting.ended = true;
    const { context_management, ...delta } = fieldsOf(closing.rest, KNOWN.reply);
    return [
      ...begin(NO_START),
      ...drain(),
      wireEvent('message_delta', {
        delta: { ...delta, ...encodeStop(closing, refused) },
        usage: encodeUsage(usage),
        ...(context_management === undefined ? {} : { context_management }),
      }),
      wireEvent('message_stop', {}),
    ];
  };

  const fail = (error: GatewayError): readonly SseEvent[] => {
    isOver = true;
    return [{ event: 'error', data: JSON.stringify(anthropicErrorBody(error)) }];
  };

  const push = (event: StreamEvent): readonly SseEvent[] => {
    if (isOver) return [];
    if ('choice' in event && event.choice !== 0) {
      if (event.type === 'part-start' && event.part === 0) {
        sink.losses.push(
          lost('choices', `choices[${event.choice}]`, 'this dialect has one choice only'),
        );
      }
      return [];
    }
    switch (event.type) {
      case 'start':
        return begin(event);
      case 'part-start':
        return [...begin(NO_START), ...beginPart(event.part, event.start)];
      case 'part-delta':
        return grow(event.part, event.delta);
      case 'part-end':
        return endPart(event.part);
      case 'usage':
        usage = event.usage;
        return [];
      case 'choice-end':
        closing = event;
        return [];
      case 'end':
        return end();
      case 'error':
        return fail(event.error);
    }
  };

  return {
    push,
    end: () =>
      isOver ? [] : fail({ kind: 'internal', detail: 'the stream of events has no end' }),
    losses: () => sink.losses,
  };
}

const NO_START: Start = { type: 'start', id: '', model: '' };

const messageStart = (start: Start, answering: Answering): SseEvent =>
  wireEvent('message_start', {
    message: {
      ...fieldsOf(start.rest, KNOWN.reply),
      ...encodeHead(start, answering),
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: encodeUsage(undefined, start.serviceTier),
    },
  });
