import * as z from 'zod';
import type { Usage } from '../../chat/usage.ts';
import { isJsonObject, type JsonValue } from '../../json/json-value.ts';
import { parseJson } from '../../json/parse-json.ts';
import { err, ok } from '../../result.ts';
import type { SseEvent } from '../../sse/sse-event.ts';
import { isBraced } from '../is-braced.ts';
import type { Passage, Tap, TapOptions, Verdict } from '../passage.ts';
import { textWithin } from '../text-within.ts';
import { wireProblem } from '../wire-problem.ts';
import { failedWithin, isErrorBody } from './errors.ts';
import { failureStatus } from './finish-reason.ts';
import { DIALECT } from './known-fields.ts';
import { WireEvent, WireReply } from './reply-wire.ts';
import { decodeUsage } from './usage.ts';

const Envelope = z.looseObject({
  model: z.string().min(1),
  stream: z.boolean().nullish(),
  max_tokens: z.int().nonnegative().nullish(),
});

/** Fields whose text a model reads or writes as words; ids, types and bytes are none. */
const SPOKEN = new Set(['content', 'text', 'thinking', 'tool_plan', 'name', 'arguments', 'data']);

export const coherePassage: Passage = {
  id: DIALECT,

  envelope(body) {
    const parsed = Envelope.safeParse(body);
    if (!parsed.success) return err(wireProblem(parsed.error));
    const { model, stream, max_tokens: limit } = parsed.data;
    return ok({
      model,
      stream: stream === true,
      ...(limit == null ? {} : { maxOutputTokens: limit }),
      // Streams of this dialect always carry usage.
      includeUsage: true,
    });
  },

  edits: () => ({}),

  readReply(body, { provider }) {
    if (isErrorBody(body)) return err(failedWithin(provider));
    const parsed = WireReply.safeParse(body);
    if (!parsed.success) {
      return err({ kind: 'provider_invalid_reply', provider, detail: 'it is not a message.' });
    }
    const failure = failureStatus(parsed.data.finish_reason);
    if (failure !== undefined) return err(failedWithin(provider, failure));
    const usage = decodeUsage(parsed.data.usage);
    return ok(usage === undefined ? {} : { usage });
  },

  createTap,
  inputText({ messages, documents, tools }) {
    const said = [textWithin(messages, SPOKEN), textWithin(documents, SPOKEN)];
    return [...said, ...(tools === undefined ? [] : [JSON.stringify(tools)])].join('\n');
  },
  outputText,
  messageCount: ({ messages }) => (Array.isArray(messages) ? messages.length : 0),
};

function outputText(body: JsonValue): string {
  if (!isJsonObject(body)) return '';
  const delta = body['delta'];
  return textWithin(
    body['message'] ?? (isJsonObject(delta) ? delta['message'] : undefined),
    SPOKEN,
  );
}

const PASS: Verdict = { type: 'pass' };

/** Most events are pieces that say nothing to the meter: they are told by their text and not parsed. */
const isTelling = ({ data }: SseEvent): boolean =>
  data.includes('"message-end"') || data.includes('"error"') || !data.includes('"type"');

function createTap({ provider }: TapOptions): Tap {
  let usage: Usage | undefined;
  let ended = false;

  const garbled = (): Verdict => ({
    type: 'fail',
    error: {
      kind: 'provider_invalid_reply',
      provider,
      detail: 'an event of its stream is not a JSON object with a type.',
    },
  });

  const push = (event: SseEvent): Verdict => {
    if (event.data === '' || event.data === '[DONE]') return PASS;
    if (!isBraced(event.data)) return garbled();
    if (!isTelling(event)) return PASS;
    const json = parseJson(event.data);
    if (!json.ok) return garbled();
    if (isErrorBody(json.value)) return { type: 'fail', error: failedWithin(provider) };
    const parsed = WireEvent.safeParse(json.value);
    if (!parsed.success || parsed.data.type !== 'message-end') return PASS;
    const { delta } = parsed.data;
    const failure = failureStatus(delta?.finish_reason ?? parsed.data.finish_reason);
    if (failure !== undefined) return { type: 'fail', error: failedWithin(provider, failure) };
    usage = decodeUsage(delta?.usage ?? parsed.data.usage) ?? usage;
    ended = true;
    return PASS;
  };

  return { push, usage: () => usage, model: () => undefined, hasEnded: () => ended };
}
