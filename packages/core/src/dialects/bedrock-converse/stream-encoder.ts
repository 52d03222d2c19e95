import { describeError } from '../../chat/describe-error.ts';
import type { GatewayError } from '../../chat/error.ts';
import { type Loss, lost } from '../../chat/loss.ts';
import type { Choice } from '../../chat/reply.ts';
import type { StreamEvent } from '../../chat/stream-event.ts';
import type { Usage } from '../../chat/usage.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import type { Answering, StreamEncoder } from '../dialect.ts';
import { type BlockSink, type BlockWriter, createBlockWriter, wireEvent } from './block-writer.ts';
import { fieldsOf } from './known-fields.ts';
import { encodeStop } from './stop-reason.ts';
import { encodeUsage } from './usage.ts';

type Closing = Pick<Choice, 'stopReason' | 'rawReason' | 'stopSequence' | 'rest'>;

/** `messageStart`, blocks with ascending indexes, `messageStop`, and `metadata` with the usage. */
export function createStreamEncoder(_answering: Answering): StreamEncoder {
  const losses: Loss[] = [];
  const sink: BlockSink = { next: 0, losses };
  const writers = new Map<number, BlockWriter>();
  let hasStarted = false;
  let isOver = false;
  let usage: Usage | undefined;
  let closing: Closing = { stopReason: 'other' };

  const begin = (): readonly SseEvent[] => {
    if (hasStarted) return [];
    hasStarted = true;
    return [wireEvent('messageStart', { role: 'assistant' })];
  };

  const end = (): readonly SseEvent[] => {
    isOver = true;
    const open = [...writers.values()].flatMap((writer) => writer.close());
    const { additionalModelResponseFields: own, ...rest } = fieldsOf(closing.rest, 'reply');
    const additional = own === undefined ? {} : { additionalModelResponseFields: own };
    return [
      ...begin(),
      ...open,
      wireEvent('messageStop', { ...additional, stopReason: encodeStop(closing) }),
      wireEvent('metadata', { ...rest, ...encodeUsage(usage) }),
    ];
  };

  const fail = (error: GatewayError): readonly SseEvent[] => {
    isOver = true;
    return [...begin(), wireEvent('internalServerException', { message: describeError(error) })];
  };

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
        return begin();
      case 'part-start': {
        const path = `choices[0].content[${event.part}]`;
        const writer = createBlockWriter(event.start, path, sink);
        writers.set(event.part, writer);
        return [...begin(), ...writer.open];
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
