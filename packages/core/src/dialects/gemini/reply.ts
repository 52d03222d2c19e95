import { collect } from '../../chat/collect.ts';
import type { GatewayError } from '../../chat/error.ts';
import type { Encoded } from '../../chat/loss.ts';
import { replay } from '../../chat/replay.ts';
import type { ChatReply } from '../../chat/reply.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import type { Result } from '../../result.ts';
import type { Answering, Target } from '../dialect.ts';
import { createReplyWriter } from './reply-writer.ts';
import { createReplyReader } from './stream-decoder.ts';

/** A whole reply has the form of a stream's only piece, and is read as one. */
export function decodeReply(body: JsonValue, target: Target): Result<ChatReply, GatewayError> {
  const reader = createReplyReader(target);
  const read = collect([...reader.read(body), ...reader.end(true)]);
  if (read.ok || read.error.kind !== 'provider_truncated') return read;
  const { provider } = target;
  const detail = 'it has neither candidates nor a reason for having none.';
  return { ok: false, error: { kind: 'provider_invalid_reply', provider, detail } };
}

/** The pieces of a stream, joined. */
export function encodeReply(reply: ChatReply, answering: Answering): Encoded<JsonObject> {
  const writer = createReplyWriter(answering);
  const pieces = replay(reply).flatMap((event) => writer.push(event));
  const parts = new Map<number, JsonObject[]>();
  const logprobs = new Map<number, JsonObject>();
  for (const piece of pieces) {
    for (const candidate of candidatesOf(piece)) {
      const index = Number(candidate['index']);
      parts.set(index, [...(parts.get(index) ?? []), ...partsOf(candidate)]);
      const told = candidate['logprobsResult'];
      if (isJsonObject(told)) logprobs.set(index, joined(logprobs.get(index), told));
    }
  }
  const last = pieces.at(-1) ?? {};
  const candidates = candidatesOf(last).map((candidate): JsonObject => {
    const index = Number(candidate['index']);
    const told = logprobs.get(index);
    return {
      ...candidate,
      content: { parts: signedWhole(parts.get(index) ?? []), role: 'model' },
      ...(told === undefined ? {} : { logprobsResult: told }),
    };
  });
  return { value: { ...pieces[0], ...last, candidates }, losses: writer.losses() };
}

function candidatesOf(piece: JsonObject): readonly JsonObject[] {
  const candidates = piece['candidates'];
  return Array.isArray(candidates) ? candidates.filter(isJsonObject) : [];
}

function partsOf(candidate: JsonObject): readonly JsonObject[] {
  const content = candidate['content'];
  const parts = isJsonObject(content) ? content['parts'] : undefined;
  return Array.isArray(parts) ? parts.filter(isJsonObject) : [];
}

/** A signature that a stream tells after the words stands beside them in a whole reply. */
function signedWhole(parts: readonly JsonObject[]): readonly JsonObject[] {
  const whole: JsonObject[] = [];
  for (const part of parts) {
    const last = whole.at(-1);
    const isAlone = part['text'] === '' && part['thoughtSignature'] !== undefined;
    const fits =
      last !== undefined &&
      typeof last['text'] === 'string' &&
      last['text'] !== '' &&
      last['thought'] === part['thought'] &&
      last['thoughtSignature'] === undefined;
    if (isAlone && fits) whole.splice(-1, 1, { ...part, ...last });
    else whole.push(part);
  }
  return whole;
}

function joined(before: JsonObject | undefined, after: JsonObject): JsonObject {
  if (before === undefined) return after;
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return Object.fromEntries(
    fields.map((field) => [field, [...listOf(before[field]), ...listOf(after[field])]]),
  );
}

const listOf = (value: JsonValue | undefined): readonly JsonValue[] =>
  Array.isArray(value) ? value : [];
