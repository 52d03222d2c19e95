import type { GatewayError } from '../../chat/error.ts';
import { type Loss, lost } from '../../chat/loss.ts';
import type { Choice } from '../../chat/reply.ts';
import type { StreamEvent } from '../../chat/stream-event.ts';
import type { Usage } from '../../chat/usage.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import type { Answering, StreamEncoder } from '../dialect.ts';
import { restFor } from '../rest-of.ts';
import { DIALECT } from './dialect-name.ts';
import { failedFields } from './failed-fields.ts';
import type { WireFields } from './item-writer.ts';
import { createOutputWriter, type OutputWriter } from './output-writer.ts';
import { RESPONSE_FIELDS, UNTOLD } from './response-fields.ts';
import { writeStop } from './stop-reason.ts';
import { encodeUsage } from './usage.ts';

type Start = Extract<StreamEvent, { readonly type: 'start' }>;

/** Makes the events of a response and, at its end, the response whole. */
export interface ResponseWriter {
  push(event: StreamEvent): readonly WireFields[];
  end(): readonly WireFields[];
  response(): JsonObject;
  losses(): readonly Loss[];
}

export function createResponseWriter(answering: Answering): ResponseWriter {
  const losses: Loss[] = [];
  const lose = (loss: Loss): void => {
    losses.push(loss);
  };
  let head: JsonObject | undefined;
  let writer: OutputWriter = createOutputWriter('', lose);
  let usage: Usage | undefined;
  let isOver = false;
  let closing: Pick<Choice, 'stopReason' | 'rawReason'> = { stopReason: 'other' };

  const begin = (start: Start): readonly WireFields[] => {
    if (head !== undefined) return [];
    head = headOf(start, answering);
    writer = createOutputWriter(String(head['id']).replace(/^[a-z]+[-_]/, ''), lose);
    const response = responseOf({ status: 'in_progress', incomplete_details: null, output: [] });
    return [
      { type: 'response.created', response },
      { type: 'response.in_progress', response },
    ];
  };

  const responseOf = (fields: JsonObject): JsonObject => ({
    ...UNTOLD,
    ...answering.repeated,
    ...head,
    ...oursOf(answering.repeated),
    completed_at: fields['status'] === 'completed' ? (answering.now?.() ?? null) : null,
    ...fields,
    usage: fields['status'] === 'in_progress' || usage === undefined ? null : encodeUsage(usage),
  });
  const whole = (): JsonObject => responseOf({ ...writeStop(closing), output: writer.output() });

  const end = (): readonly WireFields[] => {
    const begun = begin(NO_START);
    const ended = writer.end();
    isOver = true;
    const response = whole();
    return [...begun, ...ended, { type: `response.${String(response['status'])}`, response }];
  };

  const fail = (error: GatewayError): readonly WireFields[] => {
    const begun = begin(NO_START);
    isOver = true;
    const response = responseOf({ ...failedFields(error), output: writer.output() });
    return [...begun, { type: 'response.failed', response }];
  };

  const push = (event: StreamEvent): readonly WireFields[] => {
    if (isOver) return [];
    if ('choice' in event && event.choice !== 0) {
      if (event.type === 'part-start' && event.part === 0) {
        const why = 'this dialect has one choice only';
        lose(lost('choices', `choices[${event.choice}]`, why));
      }
      return [];
    }
    switch (event.type) {
      case 'start':
        return begin(event);
      case 'part-start':
      case 'part-delta':
      case 'part-end': {
        const begun = begin(NO_START);
        return [...begun, ...writer.write(event)];
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
    response: whole,
    losses: () => losses,
  };
}

const NO_START: Start = { type: 'start', id: '', model: '' };

/** What only who keeps a response can say of it: a provider behind us was asked to keep nothing. */
const OURS = ['background', 'previous_response_id', 'store'] as const;

const oursOf = (repeated: JsonObject | undefined): JsonObject =>
  repeated === undefined
    ? {}
    : Object.fromEntries(
        OURS.flatMap((name) => {
          const value = repeated[name];
          return value === undefined ? [] : [[name, value]];
        }),
      );

const headOf = (start: Start, answering: Answering): JsonObject => ({
  ...restFor(DIALECT, start.rest, RESPONSE_FIELDS),
  id: start.id === '' || answering.isKept === true ? answering.replyId : start.id,
  object: 'response',
  created_at: start.created ?? answering.created,
  model: start.model === '' ? answering.model : start.model,
  ...(start.serviceTier === undefined ? {} : { service_tier: start.serviceTier }),
});

/** Each event under its type's name, numbered upwards from 0. */
export function createStreamEncoder(answering: Answering): StreamEncoder {
  const writer = createResponseWriter(answering);
  let sequence = 0;
  const framed = (events: readonly WireFields[]): readonly SseEvent[] =>
    events.map(({ type, ...fields }) => {
      const data = JSON.stringify({ type, sequence_number: sequence, ...fields });
      sequence += 1;
      return { event: type, data };
    });
  return {
    push: (event) => framed(writer.push(event)),
    end: () => framed(writer.end()),
    losses: writer.losses,
  };
}
