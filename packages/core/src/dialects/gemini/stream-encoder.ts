import type { GatewayError } from '../../chat/error.ts';
import type { StreamEvent } from '../../chat/stream-event.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import type { Answering, StreamEncoder } from '../dialect.ts';
import { geminiErrorBody } from './errors.ts';
import { createReplyWriter } from './reply-writer.ts';

const sse = (body: JsonObject): SseEvent => ({ data: JSON.stringify(body) });

/** Pieces of a reply as events without names; there is no end mark, the last piece has the finish. */
export function createStreamEncoder(answering: Answering): StreamEncoder {
  const writer = createReplyWriter(answering);
  let isOver = false;

  const fail = (error: GatewayError): readonly SseEvent[] => {
    isOver = true;
    return [sse(geminiErrorBody(error))];
  };
  const push = (event: StreamEvent): readonly SseEvent[] => {
    if (isOver) return [];
    if (event.type === 'error') return fail(event.error);
    if (event.type === 'end') isOver = true;
    return writer.push(event).map(sse);
  };
  return {
    push,
    end: () =>
      isOver ? [] : fail({ kind: 'internal', detail: 'the stream of events has no end' }),
    losses: () => writer.losses(),
  };
}
