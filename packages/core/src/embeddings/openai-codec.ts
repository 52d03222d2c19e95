import * as z from 'zod';
import type { GatewayError } from '../chat/error.ts';
import { inputTokens, type Usage } from '../chat/usage.ts';
import { decodeErrorValue, errorValueOf } from '../dialects/openai-errors.ts';
import { decodeOpenAiUsage } from '../dialects/openai-usage.ts';
import { restFor, restOf } from '../dialects/rest-of.ts';
import { wireProblem } from '../dialects/wire-problem.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.ts';
import { err, ok, type Result } from '../result.ts';
import {
  countedInput,
  type EmbeddingReply,
  type EmbeddingRequest,
  NO_OUTPUT,
  type Vector,
} from './embedding.ts';
import { toBase64, toBase64Bytes, toFloats } from './vector.ts';

const DIALECT = 'openai-embeddings';
const Tokens = z.array(z.int().nonnegative()).min(1);

const FIELDS = {
  model: z.string().min(1),
  input: z.union([
    z.string().min(1, 'expected text'),
    z.array(z.string()).min(1, 'expected at least one item'),
    Tokens,
    z.array(Tokens).min(1, 'expected at least one item'),
  ]),
  dimensions: z.int().positive().nullish(),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  user: z.string().nullish(),
  // Of look-alikes, which agree on these; others are told what they can't do.
  input_type: z.string().nullish(),
  output_dtype: z.enum(['float', 'int8', 'uint8', 'binary', 'ubinary']).nullish(),
  truncate: z.enum(['NONE', 'START', 'END']).nullish(),
};
const KNOWN: ReadonlySet<string> = new Set(Object.keys(FIELDS));
const WireRequest = z.looseObject(FIELDS);

const WireReply = z.looseObject({
  model: z.string().nullish().catch(undefined),
  data: z.array(
    z.looseObject({
      index: z.int().nonnegative().nullish().catch(undefined),
      embedding: z.union([z.string(), z.array(z.number())]),
    }),
  ),
});

export function decodeRequest(body: JsonObject): Result<EmbeddingRequest, GatewayError> {
  const parsed = WireRequest.safeParse(body);
  if (!parsed.success) return err(wireProblem(parsed.error));
  const { model, input, dimensions, encoding_format: encoding, user } = parsed.data;
  const { input_type: use, output_dtype: vectorType, truncate } = parsed.data;
  const rest = restOf(DIALECT, body, KNOWN);
  return ok({
    model,
    input: itemsOf(input),
    ...(dimensions ? { dimensions } : {}),
    ...(encoding ? { encoding } : {}),
    ...(vectorType && vectorType !== 'float' ? { vectorType } : {}),
    ...(use ? { task: USES.get(use) ?? use } : {}),
    ...(truncate ? { truncate: TRUNCATIONS[truncate] } : {}),
    ...(user ? { endUser: user } : {}),
    ...(rest === undefined ? {} : { rest }),
  });
}

/** Other words for the same. */
const USES: ReadonlyMap<string, string> = new Map([
  ['search_query', 'query'],
  ['search_document', 'document'],
  ['passage', 'document'],
]);

const TRUNCATIONS = { NONE: 'none', START: 'start', END: 'end' } as const;

/** A list of numbers is one item of tokens; all other lists are lists of items. */
function itemsOf(input: z.infer<typeof WireRequest>['input']): EmbeddingRequest['input'] {
  if (typeof input === 'string') return [input];
  const tokens = input.filter((item) => typeof item === 'number');
  if (tokens.length > 0) return [tokens];
  return input.filter((item) => typeof item !== 'number');
}

export function encodeRequest(request: EmbeddingRequest, model: string): JsonObject {
  const [only] = request.input;
  return {
    ...restFor(DIALECT, request.rest, KNOWN),
    model,
    // One item goes bare, lists of one text are not known everywhere.
    input: request.input.length === 1 && only !== undefined ? only : request.input,
    ...(request.dimensions === undefined ? {} : { dimensions: request.dimensions }),
    ...(request.encoding === undefined ? {} : { encoding_format: request.encoding }),
    ...(request.endUser === undefined ? {} : { user: request.endUser }),
    ...(request.task === undefined ? {} : { input_type: request.task }),
    ...(request.vectorType === undefined ? {} : { output_dtype: request.vectorType }),
    ...(request.truncate === undefined ? {} : { truncate: request.truncate.toUpperCase() }),
  };
}

/** Puts vectors in the order of their items. Fails unless there is one for each of `items`. */
export function decodeReply(
  body: JsonValue,
  asked: { readonly provider: string; readonly model: string; readonly items: number },
): Result<EmbeddingReply, GatewayError> {
  const { provider } = asked;
  const invalid = (detail: string): Result<EmbeddingReply, GatewayError> =>
    err({ kind: 'provider_invalid_reply', provider, detail });
  if (!isJsonObject(body)) return invalid('it is not a JSON object');
  const error = errorValueOf(body);
  if (error !== undefined) return err(decodeErrorValue(error, provider));
  const parsed = WireReply.safeParse(body);
  if (!parsed.success) return invalid('it is no list of embeddings');
  const placed = parsed.data.data.map((entry, position) => ({
    at: entry.index ?? position,
    vector: entry.embedding,
  }));
  placed.sort((left, right) => left.at - right.at);
  if (placed.length !== asked.items || placed.some(({ at }, position) => at !== position)) {
    return invalid('it has not one embedding for each input');
  }
  const usage = embeddingUsage(body['usage']);
  return ok({
    model: parsed.data.model || asked.model,
    vectors: placed.map(({ vector }) => vector),
    ...(usage === undefined ? {} : { usage }),
  });
}

/** Some count a total alone: all of it is input. */
export function embeddingUsage(wire: JsonValue | undefined): Usage | undefined {
  const usage = decodeOpenAiUsage(wire, {});
  if (usage !== undefined && inputTokens(usage) > 0) return { ...usage, output: NO_OUTPUT };
  const total = wire !== undefined && isJsonObject(wire) ? wire['total_tokens'] : undefined;
  if (typeof total === 'number' && Number.isSafeInteger(total) && total >= 0) {
    return countedInput(total);
  }
  return usage === undefined ? undefined : { ...usage, output: NO_OUTPUT };
}

/** `encoding` is what the client asked for, whatever the provider sent. */
export function encodeReply(
  reply: EmbeddingReply,
  encoding: EmbeddingRequest['encoding'],
  vectorType?: EmbeddingRequest['vectorType'],
): JsonObject {
  const tokens = reply.usage === undefined ? undefined : inputTokens(reply.usage);
  return {
    object: 'list',
    data: reply.vectors.map((vector, index) => ({
      object: 'embedding',
      index,
      embedding:
        vectorType === undefined
          ? inEncoding(vector, encoding)
          : encoding === 'base64'
            ? toBase64Bytes(vector)
            : vector,
    })),
    model: reply.model,
    ...(tokens === undefined ? {} : { usage: { prompt_tokens: tokens, total_tokens: tokens } }),
  };
}

const inEncoding = (vector: Vector, encoding: EmbeddingRequest['encoding']): Vector =>
  encoding === 'base64' ? toBase64(vector) : (toFloats(vector) ?? vector);
