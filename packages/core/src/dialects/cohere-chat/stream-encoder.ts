import { describeError } from '../../chat/describe-error.ts';
import type { GatewayError } from '../../chat/error.ts';
import { type Loss, lost } from '../../chat/loss.ts';
import type { Choice } from '../../chat/reply.ts';
import type { StreamEvent } from '../../chat/stream-event.ts';
import type { Usage } from '../../chat/usage.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import type { Answering, StreamEncoder } from '../dialect.ts';
import { unplacedOf } from './encode-messages.ts';
import { encodeStop } from './finish-reason.ts';
import { fieldsOf } from './known-fields.ts';
import { createPartWriter, type PartWriter, type Sink, wireEvent } from './part-writer.ts';
import { encodeUsage } from './usage.ts';

type Start = Extract<StreamEvent, { readonly type: 'start' }>;
type Closing = Pick<Choice, 'stopReason' | 'rawReason' | 'stopSequence' | 'rest'>;

/**
 * One `message-start`; blocks and calls, each counted on its own; `message-end` with reason and
 * usage. What precedes calls is told as content: that calls follow isn't known when it is said.
 */
export function createStreamEncoder(answering: Answering): StreamEncoder {
  const losses: Loss[] = [];
  const sink: Sink = { blocks: 0, calls: 0, citations: 0, losses };
  const writers = new Map<number, PartWriter>();
  let hasStarted = false;
  let isOver = false;
  let usage: Usage | undefined;
  let closing: Closing = { stopReason: 'other' };

  const begin = (start: Start): readonly SseEvent[] => {
    if (hasStarted) return [];
    hasStarted = true;
    const message = {
      role: 'assistant',
      content: [],
      tool_plan: '',
      tool_calls: [],
      citations: [],
    };
    const id = start.id === '' ? answering.replyId : start.id;
    return [
      wireEvent('message-start', { ...fieldsOf(start.rest, 'start'), id, delta: { message } }),
    ];
  };

  const finish = (delta: JsonObject): readonly SseEvent[] => {
    isOver = true;
    const open = [...writers.values()].flatMap((writer) => writer.close());
    return [...begin(NO_START), ...open, wireEvent('message-end', { delta })];
  };

  const end = (): readonly SseEvent[] => {
    const cited = unplacedOf(closing).citations.flatMap((citation) => [
      wireEvent('citation-start', {
        index: sink.citations,
        delta: { message: { citations: citation } },
      }),
      wireEvent('citation-end', { index: sink.citations++ }),
    ]);
    const unknown = fieldsOf(closing.rest, 'message');
    const delta = { ...unknown, finish_reason: encodeStop(closing), ...encodeUsage(usage) };
    return [...begin(NO_START), ...cited, ...finish(delta)];
  };

  const fail = (error: GatewayError): readonly SseEvent[] =>
    finish({ finish_reason: 'ERROR', error: describeError(error) });

  const push = (event: StreamEvent): readonly SseEvent[] => {
    if (isOver) return [];
    if ('choice' in event && event.choice !== 0) {
      if (event.type === 'part-start' && event.part === 0) {
        losses.push(
          lost('choices', `choices[${event.choice}]`, 'this dialect has one choice only'),
        );
      }
      return [];
    }
    switch (event.type) {
      case 'start':
        return begin(event);
      case 'part-start': {
        const path = `choices[0].content[${event.part}]`;
        const writer = createPartWriter(event.start, path, sink);
        writers.set(event.part, writer);
        return [...begin(NO_START), ...writer.open];
      }
      case 'part-delta':
        return writers.get(event.part)?.write(event.delta) ?? [];
      case 'part-end': {
        const writer = writers.get(event.part);
        writers.delete(event.part);
        return writer?.close() ?? [];
      }
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
    losses: () => losses,
  };
}

const NO_START: Start = { type: 'start', id: '', model: '' };
