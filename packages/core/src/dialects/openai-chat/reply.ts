import { collect } from '../../chat/collect.ts';
import type { GatewayError } from '../../chat/error.ts';
import type { Encoded, Loss } from '../../chat/loss.ts';
import { replay } from '../../chat/replay.ts';
import type { ChatReply, Choice } from '../../chat/reply.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { err, type Result } from '../../result.ts';
import type { Answering, Target } from '../dialect.ts';
import { restFor } from '../rest-of.ts';
import { newWriter, type Piece, writePart } from './choice-writer.ts';
import { decodeErrorValue, errorValueOf } from './errors.ts';
import { FINISH } from './finish-reason.ts';
import { DIALECT } from './parts.ts';
import { finish, initialState, REPLY_FIELDS, readChunk } from './stream-decoder.ts';
import { encodeOpenAiUsage } from './usage.ts';

/** A whole reply is read as a stream of one chunk, so that the two can't differ. */
export function decodeReply(body: JsonValue, target: Target): Result<ChatReply, GatewayError> {
  const { provider } = target;
  const invalid = (detail: string): Result<ChatReply, GatewayError> =>
    err({ kind: 'provider_invalid_reply', provider, detail });
  if (!isJsonObject(body)) return invalid('it is not a JSON object');
  const error = errorValueOf(body);
  if (error !== undefined) return err(decodeErrorValue(error, provider));
  const choices = body['choices'];
  if (!Array.isArray(choices) || choices.length === 0) return invalid('it has no choices');
  if (!choices.every((choice) => isJsonObject(choice) && isJsonObject(choice['message']))) {
    return invalid('one of its choices has no message');
  }
  // An empty delta may stand beside the message.
  const whole = choices.map(({ delta: _beside, ...choice }) => choice);
  const [read, events] = readChunk(initialState, { ...body, choices: whole }, target);
  const ended = read.isOver ? [] : finish(withFinish(read), target, 'told')[1];
  return collect([...events, ...ended]);
}

/** A whole reply is whole, even where it doesn't say why it stopped. */
const withFinish = (state: typeof initialState): typeof initialState => ({
  ...state,
  choices: new Map(
    [...state.choices].map(([index, choice]) => [
      index,
      { ...choice, finish: choice.finish ?? 'stop' },
    ]),
  ),
});

export function encodeReply(reply: ChatReply, answering: Answering): Encoded<JsonObject> {
  const losses: Loss[] = [];
  const id = reply.id === '' ? answering.replyId : reply.id;
  const pieces = reply.choices.map((): Piece[] => []);
  const writers = reply.choices.map(() => newWriter);
  const context = {
    replyId: id,
    lose: (loss: Loss): void => {
      losses.push(loss);
    },
  };
  for (const event of replay(reply)) {
    if (!('part' in event)) continue;
    const [next, piece] = writePart(writers[event.choice] ?? newWriter, event, context);
    writers[event.choice] = next;
    if (piece !== undefined) pieces[event.choice]?.push(piece);
  }
  const created = reply.created ?? answering.created;
  const value: JsonObject = {
    ...restFor(DIALECT, reply.rest, REPLY_FIELDS),
    id,
    object: 'chat.completion',
    created,
    model: reply.model === '' ? answering.model : reply.model,
    choices: reply.choices.map((choice, index) =>
      wholeChoice(choice, { index, created, pieces: pieces[index] ?? [] }),
    ),
    ...(reply.usage === undefined ? {} : { usage: encodeOpenAiUsage(reply.usage) }),
    ...(reply.serviceTier === undefined ? {} : { service_tier: reply.serviceTier }),
  };
  return { value, losses };
}

interface Pieces {
  readonly index: number;
  readonly created: number;
  readonly pieces: readonly Piece[];
}

function wholeChoice(choice: Choice, { index, created, pieces }: Pieces): JsonObject {
  const deltas = pieces.map((piece) => piece.delta);
  const logprobs = pieces.flatMap((piece) => piece.logprobs ?? []);
  const content = joined(deltas, 'content');
  const refusal = joined(deltas, 'refusal');
  const thoughts = joined(deltas, 'reasoning_content');
  const calls = wholeCalls(deltas);
  const audio = wholeAudio(deltas, created);
  const annotations = listed(deltas, 'annotations');
  const images = listed(deltas, 'images');
  const saysElse = calls.length > 0 || refusal !== '' || audio !== undefined;
  return {
    index,
    message: {
      role: 'assistant',
      content: content === '' && saysElse ? null : content,
      refusal: refusal === '' ? null : refusal,
      ...(thoughts === '' ? {} : { reasoning_content: thoughts }),
      ...(audio === undefined ? {} : { audio }),
      ...(images.length === 0 ? {} : { images }),
      ...(annotations.length === 0 ? {} : { annotations }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    },
    logprobs: logprobs.length === 0 ? null : { content: logprobs, refusal: null },
    finish_reason: FINISH[choice.stopReason],
  };
}

const joined = (deltas: readonly JsonObject[], field: string): string =>
  deltas
    .map((delta) => delta[field])
    .filter((text) => typeof text === 'string')
    .join('');

const listed = (deltas: readonly JsonObject[], field: string): readonly JsonObject[] =>
  deltas.flatMap((delta) => {
    const list = delta[field];
    return Array.isArray(list) ? list.filter(isJsonObject) : [];
  });

/** Calls as their first pieces began them, with the text of all their arguments. */
function wholeCalls(deltas: readonly JsonObject[]): readonly JsonObject[] {
  const calls = new Map<JsonValue | undefined, JsonObject>();
  const texts = new Map<JsonValue | undefined, string>();
  for (const { index, ...call } of listed(deltas, 'tool_calls')) {
    if (!calls.has(index)) calls.set(index, call);
    const called = call['function'];
    const text = isJsonObject(called) ? called['arguments'] : undefined;
    if (typeof text === 'string') texts.set(index, (texts.get(index) ?? '') + text);
  }
  return [...calls].map(([index, call]) => {
    const called = call['function'];
    if (!isJsonObject(called)) return call;
    return { ...call, function: { ...called, arguments: texts.get(index) ?? '' } };
  });
}

function wholeAudio(deltas: readonly JsonObject[], created: number): JsonObject | undefined {
  const pieces = deltas.map((delta) => delta['audio']).filter(isJsonObject);
  const [first] = pieces;
  if (first === undefined) return undefined;
  return {
    id: first['id'] ?? null,
    data: joined(pieces, 'data'),
    transcript: joined(pieces, 'transcript'),
    // It can't be referred to later: the id is ours, not the provider's.
    expires_at: created,
  };
}
