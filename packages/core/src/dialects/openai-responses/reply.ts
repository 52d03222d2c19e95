import { collect } from '../../chat/collect.ts';
import type { GatewayError } from '../../chat/error.ts';
import type { Encoded } from '../../chat/loss.ts';
import { replay } from '../../chat/replay.ts';
import type { ChatReply } from '../../chat/reply.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { err, type Result } from '../../result.ts';
import type { Answering, Target } from '../dialect.ts';
import { decodeErrorValue, errorValueOf } from '../openai-errors.ts';
import { finish, initialState } from './stream-decoder.ts';
import { createResponseWriter } from './stream-encoder.ts';

/** Of a response that isn't over, or never will be. */
const UNFINISHED: ReadonlySet<JsonValue | undefined> = new Set([
  'queued',
  'in_progress',
  'cancelled',
]);

/** A whole response is read as the stream of its last event alone, so that the two can't differ. */
export function decodeReply(body: JsonValue, target: Target): Result<ChatReply, GatewayError> {
  const { provider } = target;
  const invalid = (detail: string): Result<ChatReply, GatewayError> =>
    err({ kind: 'provider_invalid_reply', provider, detail });
  if (!isJsonObject(body)) return invalid('it is not a JSON object');
  const error = errorValueOf(body);
  if (error !== undefined) return err(decodeErrorValue(error, provider));
  if (!Array.isArray(body['output'])) return invalid('it is not a response');
  if (UNFINISHED.has(body['status'])) return invalid('it is not finished');
  return collect(finish(initialState, body, target)[1]);
}

export function encodeReply(reply: ChatReply, answering: Answering): Encoded<JsonObject> {
  const writer = createResponseWriter(answering);
  for (const event of replay(reply)) writer.push(event);
  return { value: writer.response(), losses: writer.losses() };
}
