import type { Loss } from '../../chat/loss.ts';
import type { StreamEvent } from '../../chat/stream-event.ts';
import type { Usage } from '../../chat/usage.ts';
import type { JsonObject } from '../../json/json-value.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import type { Answering, StreamEncoder } from '../dialect.ts';
import { restFor } from '../rest-of.ts';
import { newWriter, type Piece, type WriterState, writePart } from './choice-writer.ts';
import { openAiErrorBody } from './errors.ts';
import { FINISH } from './finish-reason.ts';
import { DIALECT } from './parts.ts';
import { REPLY_FIELDS } from './stream-decoder.ts';
import { encodeOpenAiUsage } from './usage.ts';

const DONE: SseEvent = { data: '[DONE]' };

/** The fields that every chunk repeats. */
interface Envelope {
  readonly id: string;
  readonly created: number;
  readonly model: string;
  readonly serviceTier?: string;
}

/**
 * Strict where decoders are lenient: each chunk complete, the role first, tool calls numbered, one
 * finish a choice, usage only when asked for, and `[DONE]` only after a good end.
 */
export function createStreamEncoder(answering: Answering): StreamEncoder {
  const losses: Loss[] = [];
  const writers = new Map<number, WriterState>();
  let envelope: Envelope = {
    id: answering.replyId,
    created: answering.created,
    model: answering.model,
  };
  let usage: Usage | undefined;
  let isOver = false;

  const lose = (loss: Loss): void => {
    losses.push(loss);
  };
  const chunk = (fields: JsonObject): SseEvent => ({
    data: JSON.stringify({
      id: envelope.id,
      object: 'chat.completion.chunk',
      created: envelope.created,
      model: envelope.model,
      ...(envelope.serviceTier === undefined ? {} : { service_tier: envelope.serviceTier }),
      ...(answering.includeUsage ? { usage: null } : {}),
      ...fields,
    }),
  });
  /** All before its one choice, which nearly every chunk repeats: written once an envelope. */
  let head: string | undefined;
  const headOfChunk = (): string => {
    head ??= chunk({ choices: [] }).data.slice(0, -']}'.length);
    return head;
  };
  const choiceChunk = (index: number, piece: Piece, finish: string | null = null): SseEvent => {
    const logprobs =
      piece.logprobs === undefined ? null : { content: piece.logprobs, refusal: null };
    const choice = { index, delta: piece.delta, logprobs, finish_reason: finish };
    return { data: `${headOfChunk()}${JSON.stringify(choice)}]}` };
  };
  /** The role goes before anything else of a choice. */
  const begin = (index: number, rest: JsonObject = {}): readonly SseEvent[] => {
    if (writers.has(index)) return [];
    writers.set(index, newWriter);
    const delta = { role: 'assistant', content: '', refusal: null };
    return [chunk({ ...rest, choices: [{ index, delta, logprobs: null, finish_reason: null }] })];
  };

  const push = (event: StreamEvent): readonly SseEvent[] => {
    if (isOver) return [];
    switch (event.type) {
      case 'start':
        envelope = envelopeOf(event, answering);
        head = undefined;
        return begin(0, restFor(DIALECT, event.rest, REPLY_FIELDS));
      case 'part-start':
      case 'part-delta':
      case 'part-end': {
        const first = begin(event.choice);
        const context = { replyId: envelope.id, lose };
        const before = writers.get(event.choice) ?? newWriter;
        const [next, piece] = writePart(before, event, context);
        writers.set(event.choice, next);
        return piece === undefined ? first : [...first, choiceChunk(event.choice, piece)];
      }
      case 'usage':
        usage = event.usage;
        return [];
      case 'choice-end': {
        const reason = FINISH[event.stopReason];
        return [...begin(event.choice), choiceChunk(event.choice, { delta: {} }, reason)];
      }
      case 'end':
        isOver = true;
        return answering.includeUsage && usage !== undefined
          ? [chunk({ choices: [], usage: encodeOpenAiUsage(usage) }), DONE]
          : [DONE];
      case 'error':
        isOver = true;
        return [{ data: JSON.stringify(openAiErrorBody(event.error)) }];
    }
  };
  return { push, end: () => [], losses: () => losses };
}

function envelopeOf(
  start: Extract<StreamEvent, { readonly type: 'start' }>,
  answering: Answering,
): Envelope {
  return {
    id: start.id === '' ? answering.replyId : start.id,
    created: start.created ?? answering.created,
    model: start.model === '' ? answering.model : start.model,
    ...(start.serviceTier === undefined ? {} : { serviceTier: start.serviceTier }),
  };
}
