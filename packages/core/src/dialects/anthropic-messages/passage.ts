import * as z from 'zod';
import type { Usage } from '../../chat/usage.ts';
import { boundedMetadata } from '../../directory/client-metadata.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { parseJson } from '../../json/parse-json.ts';
import { err, ok } from '../../result.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import { isBraced } from '../is-braced.ts';
import type { Passage, Tap, TapOptions, Verdict } from '../passage.ts';
import { wireProblem } from '../wire-problem.ts';
import { decodeErrorBody, isErrorBody } from './errors.ts';
import { createMender } from './mender.ts';
import { DIALECT } from './rest.ts';
import { askedTier, servedTier } from './served-tier.ts';
import { decodeUsage, mergeUsage } from './usage.ts';
import { WireChunk, WireReply, type WireUsage } from './wire.ts';

const Envelope = z.looseObject({
  model: z.string().min(1),
  stream: z.boolean().nullish(),
  max_tokens: z.int().nonnegative().nullish(),
});

export const anthropicPassage: Passage = {
  id: DIALECT,

  asksForSchema: ({ output_config: output }) =>
    isJsonObject(output) && isJsonObject(output['format']),

  envelope(body) {
    const parsed = Envelope.safeParse(body);
    if (!parsed.success) return err(wireProblem(parsed.error));
    const { model, stream, max_tokens: limit } = parsed.data;
    const said = isJsonObject(body['metadata']) ? body['metadata']['user_id'] : undefined;
    const metadata = said === undefined ? undefined : boundedMetadata({ user_id: said });
    return ok({
      model,
      stream: stream === true,
      ...(limit == null ? {} : { maxOutputTokens: limit }),
      ...(metadata === undefined ? {} : { metadata }),
      ...tierField(askedTier(body)),
      // Streams of this dialect always carry usage.
      includeUsage: true,
    });
  },

  edits: () => ({}),

  readReply(body, { provider }) {
    if (isErrorBody(body)) return err(decodeErrorBody(body, provider));
    const parsed = WireReply.safeParse(body);
    if (!parsed.success) {
      return err({ kind: 'provider_invalid_reply', provider, detail: 'it is not a message.' });
    }
    const { model, usage } = parsed.data;
    return ok({
      ...(model == null ? {} : { model }),
      ...(usage == null ? {} : { usage: decodeUsage(usage) }),
      ...tierField(servedTier(usage)),
    });
  },

  createTap,
  createMender,
  inputText: (body) => [body['system'], body['messages'], body['tools']].map(textIn).join('\n'),
  outputText,
  messageCount: ({ system, messages }) =>
    (Array.isArray(messages) ? messages.length : 0) + (system === undefined ? 0 : 1),
};

const tierField = (tier: string | undefined) => (tier === undefined ? {} : { serviceTier: tier });

const LAST: Verdict = { type: 'last' };
const PASS: Verdict = { type: 'pass' };

const garbled = (provider: string): Verdict => ({
  type: 'fail',
  error: {
    kind: 'provider_invalid_reply',
    provider,
    detail: 'an event of its stream is not a JSON object with a type.',
  },
});

/** Events that say nothing to the meter; by far the most, so they are told by name and not parsed. */
const SILENT = ['content_block_delta', 'content_block_start', 'content_block_stop', 'ping'];

const isSilent = (event: SseEvent): boolean =>
  event.event !== undefined
    ? SILENT.includes(event.event)
    : !event.data.includes('"message_') && !event.data.includes('"error"');

function createTap({ provider }: TapOptions): Tap {
  let wire: WireUsage | undefined;
  let counted: Usage | undefined;
  let model: string | undefined;
  let serviceTier: string | undefined;
  let ended = false;

  const count = (usage: WireUsage, isPlaceholder: boolean): void => {
    wire = mergeUsage(wire ?? {}, usage);
    const decoded = decodeUsage(wire);
    // What message_start tells of the output is a placeholder; its input is already true.
    counted = isPlaceholder ? { ...decoded, output: {} } : decoded;
  };

  const push = (event: SseEvent): Verdict => {
    if (event.data === '' || event.data === '[DONE]') return PASS;
    if (!isBraced(event.data)) return garbled(provider);
    if (isSilent(event)) return PASS;
    const json = parseJson(event.data);
    if (!json.ok) return garbled(provider);
    const chunk = WireChunk.safeParse(json.value);
    if (!chunk.success) return PASS;
    const { type, usage } = chunk.data;
    if (type === 'error') return { type: 'fail', error: decodeErrorBody(json.value, provider) };
    if (type === 'message_stop') {
      ended = true;
      return LAST;
    }
    if (type === 'message_delta' && usage != null) count(usage, false);
    if (type === 'message_start' && counted === undefined) {
      const message = WireReply.safeParse(chunk.data.message);
      if (message.success) {
        model = message.data.model ?? undefined;
        serviceTier = servedTier(message.data.usage);
        // A message that comes whole in its start has its true counts there.
        const isWhole = message.data.stop_reason != null;
        if (message.data.usage != null) count(message.data.usage, !isWhole);
      }
    }
    return PASS;
  };

  return {
    push,
    usage: () => counted,
    model: () => model,
    serviceTier: () => serviceTier,
    hasEnded: () => ended,
  };
}

/** Fields whose text a model reads or writes as words; ids, types and base64 are none. */
const SPOKEN = [
  'text',
  'thinking',
  'partial_json',
  'content',
  'name',
  'description',
  'title',
  'context',
];

/** All words within, for an estimate. Depth is bounded by the parser of the body. */
function textIn(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(textIn).join('\n');
  if (value === undefined || !isJsonObject(value)) return '';
  const words = SPOKEN.map((field) => textIn(value[field])).filter((text) => text !== '');
  for (const field of ['input', 'input_schema']) {
    if (value[field] !== undefined) words.push(JSON.stringify(value[field]));
  }
  if (isJsonObject(value['source']) && value['source']['type'] === 'text') {
    words.push(textIn(value['source']['data']));
  }
  return words.join('\n');
}

function outputText(body: JsonValue): string {
  if (!isJsonObject(body)) return '';
  const within: JsonObject = body;
  return textIn(within['content'] ?? within['delta']);
}
