import * as z from 'zod';
import type { Usage } from '../../chat/usage.ts';
import { isJsonObject, type JsonValue } from '../../json/json-value.ts';
import { err, ok } from '../../result.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import type { Passage, Tap, TapOptions, Verdict } from '../passage.ts';
import { textWithin } from '../text-within.ts';
import { wireProblem } from '../wire-problem.ts';
import { decodeException, isErrorBody, isException } from './errors.ts';
import { DIALECT } from './known-fields.ts';
import { readEvent } from './read-event.ts';
import { WirePayload, WireReply } from './reply-wire.ts';
import { decodeUsage } from './usage.ts';

const Envelope = z.looseObject({
  model: z.string().min(1),
  stream: z.boolean().nullish(),
  inferenceConfig: z.looseObject({ maxTokens: z.int().nonnegative().nullish() }).nullish(),
});

/** Fields whose text a model reads or writes as words; ids, types and bytes are none. */
const SPOKEN = new Set(['content', 'text', 'name', 'description', 'input']);

export const bedrockPassage: Passage = {
  id: DIALECT,

  envelope(body) {
    const parsed = Envelope.safeParse(body);
    if (!parsed.success) return err(wireProblem(parsed.error));
    const { model, stream, inferenceConfig } = parsed.data;
    const limit = inferenceConfig?.maxTokens;
    const tier = isJsonObject(body['serviceTier']) ? body['serviceTier']['type'] : undefined;
    return ok({
      model,
      stream: stream === true,
      ...(limit == null ? {} : { maxOutputTokens: limit }),
      ...(typeof tier === 'string' ? { serviceTier: tier } : {}),
      // Streams of this dialect always carry usage.
      includeUsage: true,
    });
  },

  edits: () => ({}),

  readReply(body, { provider }) {
    if (isErrorBody(body)) return err(decodeException('', body, provider));
    const parsed = WireReply.safeParse(body);
    if (!parsed.success) {
      return err({ kind: 'provider_invalid_reply', provider, detail: 'it is not a message.' });
    }
    const usage = decodeUsage(parsed.data.usage);
    return ok(usage === undefined ? {} : { usage });
  },

  createTap,
  inputText({ system, messages, toolConfig }) {
    const said = [textWithin(system, SPOKEN), textWithin(messages, SPOKEN)];
    return [...said, ...(toolConfig === undefined ? [] : [JSON.stringify(toolConfig)])].join('\n');
  },
  outputText,
  messageCount: ({ messages, system }) =>
    (Array.isArray(messages) ? messages.length : 0) + (system === undefined ? 0 : 1),
};

function outputText(body: JsonValue): string {
  if (!isJsonObject(body)) return '';
  const piece = body['contentBlockDelta'];
  const delta = isJsonObject(piece) ? piece['delta'] : body['delta'];
  return textWithin(body['output'] ?? (isJsonObject(delta) ? delta : undefined), SPOKEN);
}

const PASS: Verdict = { type: 'pass' };

/** By far the most frames are pieces that say nothing to the meter: they are not parsed. */
const isSilent = ({ event }: SseEvent): boolean =>
  event === 'contentBlockDelta' || event === 'contentBlockStart' || event === 'contentBlockStop';

function createTap({ provider }: TapOptions): Tap {
  let usage: Usage | undefined;
  let ended = false;

  const push = (frame: SseEvent): Verdict => {
    if (frame.data === '' || isSilent(frame)) return PASS;
    const event = readEvent(frame);
    if (event === undefined) {
      const detail = 'an event of its stream is not a JSON object.';
      return { type: 'fail', error: { kind: 'provider_invalid_reply', provider, detail } };
    }
    const { name, payload } = event;
    if (isException(name)) {
      return { type: 'fail', error: decodeException(name, payload, provider) };
    }
    if (name === 'messageStop') ended = true;
    if (name === 'metadata') {
      const parsed = WirePayload.safeParse(payload);
      usage = (parsed.success ? decodeUsage(parsed.data.usage) : undefined) ?? usage;
    }
    return PASS;
  };

  return { push, usage: () => usage, model: () => undefined, hasEnded: () => ended };
}
