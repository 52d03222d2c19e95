import type { GatewayError } from '../../chat/error.ts';
import type { Usage } from '../../chat/usage.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { parseJson } from '../../json/parse-json.ts';
import { err, ok, type Result } from '../../result.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import { readEnvelope } from '../openai-envelope.ts';
import { decodeErrorValue, errorValueOf } from '../openai-errors.ts';
import type { Passage, ReadReply, Tap, TapOptions, Verdict } from '../passage.ts';
import { serviceTierOf } from '../read-openai-reply.ts';
import { textWithin } from '../text-within.ts';
import { failedFields } from './failed-fields.ts';
import { gather } from './gather.ts';
import { createMender } from './mender.ts';
import { decodeUsage } from './usage.ts';

const INPUT = new Set(['input', 'instructions', 'content', 'text', 'arguments', 'output', 'name']);
const OUTPUT = new Set(['output', 'content', 'summary', 'text', 'refusal', 'arguments', 'name']);

/** The Responses API. Its streams always carry usage, in their last event. */
export const passage: Passage = {
  id: 'openai-responses',
  envelope: (body) => {
    const read = readEnvelope(body, ['max_output_tokens']);
    return read.ok ? ok({ ...read.value, includeUsage: true }) : read;
  },
  edits: () => ({}),
  readReply,
  createTap,
  gather,
  createMender,
  inputText: (body) => {
    const said = textWithin(
      { input: body['input'] ?? '', instructions: body['instructions'] ?? '' },
      INPUT,
    );
    return body['tools'] === undefined ? said : `${said}\n${JSON.stringify(body['tools'])}`;
  },
  outputText: (body) => {
    if (!isJsonObject(body)) return '';
    const { type, delta } = { type: body['type'], delta: body['delta'] };
    if (typeof type === 'string') {
      return type.endsWith('.delta') && typeof delta === 'string' ? delta : '';
    }
    return textWithin(body['output'], OUTPUT);
  },
  messageCount: ({ input, instructions }) =>
    (Array.isArray(input) ? input.length : 1) + (instructions == null ? 0 : 1),
};

function modelOf(response: JsonObject): string | undefined {
  const model = response['model'];
  return typeof model === 'string' && model !== '' ? model : undefined;
}

function readReply(
  body: JsonValue,
  { provider }: { readonly provider: string },
): Result<ReadReply, GatewayError> {
  const detail = 'it is not a response';
  if (!isJsonObject(body)) return err({ kind: 'provider_invalid_reply', provider, detail });
  const error = errorValueOf(body);
  if (error !== undefined) return err(decodeErrorValue(error, provider));
  if (!Array.isArray(body['output'])) {
    return err({ kind: 'provider_invalid_reply', provider, detail });
  }
  const model = modelOf(body);
  const usage = decodeUsage(body['usage']);
  return ok({
    ...(model === undefined ? {} : { model }),
    ...(usage === undefined ? {} : { usage }),
    ...serviceTierOf(body),
  });
}

const ENDS = new Set(['response.completed', 'response.incomplete', 'response.failed']);
const TELLING = new Set([...ENDS, 'error']);
const PASS: Verdict = { type: 'pass' };
const LAST: Verdict = { type: 'last' };

function createTap({ provider }: TapOptions): Tap {
  let usage: Usage | undefined;
  let model: string | undefined;
  let serviceTier: string | undefined;
  let hasEnded = false;
  let created: JsonObject | undefined;
  let latest = '';
  let count = 0;

  const read = (body: JsonObject): Verdict => {
    const type = body['type'];
    const response = isJsonObject(body['response']) ? body['response'] : {};
    if (type === 'response.created') created = response;
    model ??= modelOf(response);
    usage = decodeUsage(response['usage']) ?? usage;
    serviceTier = serviceTierOf(response).serviceTier ?? serviceTier;
    if (type === 'error' || type === 'response.failed') {
      const told = errorValueOf(response) ?? errorValueOf(body) ?? body;
      return { type: 'fail', error: decodeErrorValue(told, provider) };
    }
    if (typeof type !== 'string' || !ENDS.has(type)) return PASS;
    hasEnded = true;
    return LAST;
  };

  return {
    push(event) {
      const { data } = event;
      if (data === '' || data === '[DONE]') return PASS;
      latest = data;
      count += 1;
      if (model !== undefined && !isTelling(event)) return PASS;
      const parsed = parseJson(data);
      if (parsed.ok && isJsonObject(parsed.value)) return read(parsed.value);
      const detail = 'a piece of its stream is not a JSON object';
      return { type: 'fail', error: { kind: 'provider_invalid_reply', provider, detail } };
    },
    usage: () => usage,
    model: () => model,
    serviceTier: () => serviceTier,
    hasEnded: () => hasEnded,
    failure: (error) => {
      if (created === undefined) return undefined;
      const type = 'response.failed';
      const response = { ...created, ...failedFields(error) };
      const data = { type, sequence_number: nextSequence(latest, count), response };
      return { event: type, data: JSON.stringify(data) };
    },
  };
}

/** Look-alikes that number nothing are counted. The event in whose place this stands was not sent on. */
function nextSequence(latest: string, count: number): number {
  const parsed = parseJson(latest);
  const told =
    parsed.ok && isJsonObject(parsed.value) ? parsed.value['sequence_number'] : undefined;
  return typeof told === 'number' ? told + 1 : count;
}

/** By the event's name; look-alikes that send none are searched for one. */
function isTelling({ event, data }: SseEvent): boolean {
  if (event !== undefined) return TELLING.has(event);
  for (const type of TELLING) if (data.includes(`"${type}"`)) return true;
  return false;
}
