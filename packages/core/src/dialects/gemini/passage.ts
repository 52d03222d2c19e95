import * as z from 'zod';
import { boundedMetadata } from '../../directory/client-metadata.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json/json-value.ts';
import { parseJson } from '../../json/parse-json.ts';
import { err, ok } from '../../result.ts';
import { createChoiceBook } from '../choice-book.ts';
import type { Passage, ReadReply, Tap, TapOptions, Verdict } from '../passage.ts';
import { valueFinder } from '../value-finder.ts';
import { wireProblem } from '../wire-problem.ts';
import { camelNames } from './camel-names.ts';
import { decodeErrorBody, isErrorBody } from './errors.ts';
import { WireReply } from './reply-wire.ts';
import { DIALECT } from './rest.ts';
import { servedTier } from './served-tier.ts';
import { decodeUsage } from './usage.ts';

/** `model` and `stream` are the face's: it reads them from the address. */
const Envelope = z.looseObject({
  model: z.string().min(1),
  stream: z.boolean().nullish(),
  serviceTier: z.string().nullish().catch(undefined),
  generationConfig: z
    .looseObject({
      maxOutputTokens: z.int().nonnegative().nullish(),
      candidateCount: z.unknown().optional(),
    })
    .nullish(),
});

export const geminiPassage: Passage = {
  id: DIALECT,

  envelope(body) {
    const parsed = Envelope.safeParse(camelNames(body));
    if (!parsed.success) return err(wireProblem(parsed.error));
    const { model, stream, serviceTier, generationConfig } = parsed.data;
    const limit = generationConfig?.maxOutputTokens;
    const metadata = boundedMetadata(body['labels']);
    // As protocol buffers do, the API takes a number's text too.
    const count = Number(generationConfig?.candidateCount ?? 1);
    return ok({
      model,
      stream: stream === true,
      ...(limit == null ? {} : { maxOutputTokens: limit }),
      ...(serviceTier == null ? {} : { serviceTier }),
      ...(metadata === undefined ? {} : { metadata }),
      // Streams of this dialect always carry usage.
      includeUsage: true,
      ...(count > 1 && Number.isSafeInteger(count) ? { severalChoices: true, choices: count } : {}),
    });
  },

  edits: () => ({}),

  readReply(body, { provider }) {
    if (isErrorBody(body)) return err(decodeErrorBody(body, provider));
    const parsed = WireReply.safeParse(body);
    if (!parsed.success || (parsed.data.candidates == null && parsed.data.promptFeedback == null)) {
      const detail = 'it has neither candidates nor a reason for having none.';
      return err({ kind: 'provider_invalid_reply', provider, detail });
    }
    return ok(factsOf(parsed.data));
  },

  createTap,
  inputText: (body) => {
    const { systemInstruction, contents, tools } = camelNames(body);
    return [systemInstruction, contents, tools].map(textIn).join('\n');
  },
  outputText: (body) => (isJsonObject(body) ? textIn(body['candidates']) : ''),
  messageCount: (body) => {
    const { systemInstruction, contents } = camelNames(body);
    return (Array.isArray(contents) ? contents.length : 0) + (systemInstruction == null ? 0 : 1);
  },
};

function factsOf(wire: WireReply): ReadReply {
  const serviceTier = servedTier(wire.usageMetadata);
  const usage = wire.usageMetadata == null ? undefined : decodeUsage(wire.usageMetadata);
  return {
    ...(wire.modelVersion == null ? {} : { model: wire.modelVersion }),
    ...(serviceTier === undefined ? {} : { serviceTier }),
    ...(usage === undefined ? {} : { usage }),
  };
}

const PASS: Verdict = { type: 'pass' };

const finishes = valueFinder('finishReason');
const blocks = valueFinder('blockReason');
const counts = valueFinder('usageMetadata');
const fails = valueFinder('error');

/**
 * Each piece repeats all counts so far, so only the latest is parsed, and that when somebody asks;
 * the others are only searched.
 */
function createTap({ provider, severalChoices }: TapOptions): Tap {
  const several =
    severalChoices === true ? createChoiceBook('candidates', 'finishReason') : undefined;
  let latest: string | undefined;
  let ended = false;

  const facts = (): ReadReply => {
    const json = latest === undefined ? undefined : parseJson(latest);
    const parsed = WireReply.safeParse(json?.ok === true ? json.value : null);
    return parsed.success ? factsOf(parsed.data) : {};
  };

  return {
    push({ data }) {
      const text = data.trim();
      if (text === '') return PASS;
      if (!text.startsWith('{') || !text.endsWith('}')) {
        const detail = 'a piece of its stream is not a JSON object';
        return { type: 'fail', error: { kind: 'provider_invalid_reply', provider, detail } };
      }
      if (fails(text)) {
        const json = parseJson(text);
        if (json.ok && isErrorBody(json.value)) {
          return { type: 'fail', error: decodeErrorBody(json.value, provider) };
        }
      }
      if (several !== undefined) {
        const json = parseJson(text);
        if (json.ok && isJsonObject(json.value)) ended = several.note(json.value);
      } else if (finishes(text)) ended = true;
      if (blocks(text)) ended = true;
      if (latest === undefined || counts(text)) latest = text;
      return PASS;
    },
    usage: () => facts().usage,
    model: () => facts().model,
    serviceTier: () => facts().serviceTier,
    hasEnded: () => ended,
  };
}

/** Fields whose text a model reads or writes as words; signatures, types and base64 are none. */
const SPOKEN = ['text', 'name', 'description', 'code', 'output'];

/** Fields that hold others; whatever stands elsewhere is no text. */
const HOLDING = [
  'parts',
  'content',
  'functionCall',
  'functionResponse',
  'executableCode',
  'codeExecutionResult',
  'functionDeclarations',
];

/** Objects that are read as they are written. */
const WRITTEN = ['args', 'response', 'parameters', 'parametersJsonSchema'];

/** All words within, for an estimate. Depth is bounded by the fields that are entered. */
function textIn(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(textIn).join('\n');
  if (value === undefined || !isJsonObject(value)) return '';
  const fields: JsonObject = value;
  const words = SPOKEN.map((field) => fields[field]).filter((word) => typeof word === 'string');
  const within = HOLDING.map((field) => textIn(fields[field]));
  const written = WRITTEN.flatMap((field) =>
    fields[field] === undefined ? [] : [JSON.stringify(fields[field])],
  );
  return [...words, ...within, ...written].filter((text) => text !== '').join('\n');
}
