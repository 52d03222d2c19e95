import * as z from 'zod';
import type { GatewayError } from '../chat/error.ts';
import { type Loss, lost } from '../chat/loss.ts';
import { inputTokens } from '../chat/usage.ts';
import { geminiResource } from '../dialects/gemini/address.ts';
import { camelNames } from '../dialects/gemini/camel-names.ts';
import { wireProblem } from '../dialects/wire-problem.ts';
import type { JsonObject } from '../json/json-value.ts';
import { err, ok, type Result } from '../result.ts';
import {
  countedInput,
  type DecodedEmbeddingRequest,
  type EmbeddingReply,
  type EmbeddingRequest,
  type Vector,
} from './embedding.ts';
import {
  askedDimensions,
  type EmbeddingFace,
  type EmbeddingProvider,
  invalidReply,
  lostFields,
  NOT_ONE_EACH,
  textsOf,
} from './embedding-dialect.ts';
import { toFloats } from './vector.ts';

const DIALECT = 'gemini-embeddings';

/** Source: https://ai.google.dev/api/embeddings#TaskType */
const TASK_TYPES: ReadonlyMap<string, string> = new Map([
  ['query', 'RETRIEVAL_QUERY'],
  ['document', 'RETRIEVAL_DOCUMENT'],
  ['classification', 'CLASSIFICATION'],
  ['clustering', 'CLUSTERING'],
  ['similarity', 'SEMANTIC_SIMILARITY'],
  ['question-answering', 'QUESTION_ANSWERING'],
  ['fact-verification', 'FACT_VERIFICATION'],
  ['code-query', 'CODE_RETRIEVAL_QUERY'],
]);
const TASKS: ReadonlyMap<string, string> = new Map(
  [...TASK_TYPES].map(([task, type]) => [type, task]),
);

const SETTINGS = {
  taskType: z.string().nullish(),
  title: z.string().nullish(),
  outputDimensionality: z.int().positive().nullish(),
};
const Part = z.looseObject({ text: z.string().nullish() });
const One = z.looseObject({
  content: z.looseObject({ parts: z.array(Part).min(1) }),
  ...SETTINGS,
  embedContentConfig: z.looseObject(SETTINGS).nullish(),
});
type One = z.infer<typeof One>;
const Model = { model: z.string().min(1) };
const Single = z.looseObject({ ...Model, ...One.shape });
const Batch = z.looseObject({ ...Model, requests: z.array(One).min(1) });

const NAMES = { dimensions: 'outputDimensionality', task: 'taskType' };

/** `embedContent`: one content, one vector. */
export const geminiEmbedContent: EmbeddingFace = {
  names: NAMES,
  decodeRequest(body) {
    const parsed = Single.safeParse(camelNames(body));
    if (!parsed.success) return err(wireProblem(parsed.error));
    return decoded(parsed.data.model, [parsed.data], () => '');
  },
  encodeReply: (reply) => ({ embedding: valuesOf(reply.vectors[0] ?? []), ...usageOf(reply) }),
};

/** `batchEmbedContents`, which is what Google's own client calls for one content too. */
export const geminiBatchEmbedContents: EmbeddingFace = {
  names: NAMES,
  decodeRequest(body) {
    const parsed = Batch.safeParse(camelNames(body));
    if (!parsed.success) return err(wireProblem(parsed.error));
    return decoded(parsed.data.model, parsed.data.requests, (index) => `requests[${index}].`);
  },
  encodeReply: (reply) => ({ embeddings: reply.vectors.map(valuesOf), ...usageOf(reply) }),
};

/** Settings stand beside the content or, for newer models, together. */
function settingsOf({ embedContentConfig: config, ...one }: One) {
  return {
    taskType: config?.taskType ?? one.taskType ?? undefined,
    title: config?.title ?? one.title ?? undefined,
    outputDimensionality: config?.outputDimensionality ?? one.outputDimensionality ?? undefined,
  };
}

function decoded(
  model: string,
  all: readonly One[],
  at: (index: number) => string,
): Result<DecodedEmbeddingRequest, GatewayError> {
  const losses: Loss[] = [];
  const settings = all.map(settingsOf);
  for (const field of ['taskType', 'outputDimensionality'] as const) {
    const other = settings.findIndex((one) => one[field] !== settings[0]?.[field]);
    if (other === -1) continue;
    const detail = 'has to be the same in all requests, for a model of another provider';
    return err({ kind: 'invalid_request', path: `${at(other)}${field}`, detail });
  }
  const titles = new Set(settings.map((one) => one.title));
  const [title] = titles;
  if (titles.size > 1) {
    losses.push(lost('documentTitle', `${at(0)}title`, 'documents have no title there'));
  }
  const input = all.map(({ content }, index) =>
    textOf(content.parts, `${at(index)}content`, losses),
  );
  const { taskType, outputDimensionality } = settings[0] ?? {};
  return ok({
    request: {
      model,
      input,
      ...(outputDimensionality === undefined ? {} : { dimensions: outputDimensionality }),
      ...(taskType === undefined || taskType === 'TASK_TYPE_UNSPECIFIED'
        ? {}
        : { task: TASKS.get(taskType) ?? taskType }),
      ...(title === undefined || titles.size > 1 ? {} : { title }),
    },
    losses,
  });
}

function textOf(parts: readonly z.infer<typeof Part>[], at: string, losses: Loss[]): string {
  return parts
    .map(({ text }, index) => {
      if (text != null) return text;
      const why = 'only text can be embedded by a model of another family';
      losses.push(lost('foreignPart', `${at}.parts[${index}]`, why));
      return '';
    })
    .join('');
}

const valuesOf = (vector: Vector): { readonly values: Vector } => ({
  values: toFloats(vector) ?? vector,
});

const usageOf = ({ usage }: EmbeddingReply): JsonObject =>
  usage === undefined ? {} : { usageMetadata: { promptTokenCount: inputTokens(usage) } };

const Values = z.looseObject({ values: z.array(z.number()) });
const WireReply = z.looseObject({
  embeddings: z.array(Values),
  // Of newer models only.
  usageMetadata: z
    .looseObject({ promptTokenCount: z.int().nonnegative().nullish() })
    .nullish()
    .catch(undefined),
});

/** Google's API as a provider: in batches, whatever the client's form. */
export const geminiEmbeddings: EmbeddingProvider = {
  maxInputs: () => 100,

  encodeRequest(request, target) {
    const losses: Loss[] = [...lostFields(DIALECT, request)];
    const texts = textsOf(request, losses);
    const dimensions = askedDimensions(request, target, losses);
    const taskType = TASK_TYPES.get(request.task ?? '');
    tellUnsaid(request, taskType, losses);
    const isTitled = request.title !== undefined && taskType === 'RETRIEVAL_DOCUMENT';
    const settings = {
      ...(taskType === undefined ? {} : { taskType }),
      ...(isTitled ? { title: request.title } : {}),
      ...(dimensions === undefined ? {} : { outputDimensionality: dimensions }),
    };
    const model = geminiResource(target.model);
    const requests = texts.map((text) => ({ model, content: { parts: [{ text }] }, ...settings }));
    return { value: { requests, model: target.model }, losses };
  },

  decodeReply(body, request, target) {
    const parsed = WireReply.safeParse(body);
    if (!parsed.success) return invalidReply(target, 'it is no reply of embeddings');
    const { embeddings, usageMetadata } = parsed.data;
    if (embeddings.length !== request.input.length) return invalidReply(target, NOT_ONE_EACH);
    const tokens = usageMetadata?.promptTokenCount;
    return ok({
      model: target.model,
      vectors: embeddings.map(({ values }) => values),
      ...(tokens == null ? {} : { usage: countedInput(tokens) }),
    });
  },
};

function tellUnsaid(request: EmbeddingRequest, taskType: string | undefined, losses: Loss[]): void {
  if (request.task !== undefined && taskType === undefined) {
    losses.push(lost('embeddingTask', 'task', 'vectors are not made for that here'));
  }
  if (request.title !== undefined && taskType !== 'RETRIEVAL_DOCUMENT') {
    losses.push(lost('documentTitle', 'title', 'only vectors of documents have a title here'));
  }
  if (request.vectorType !== undefined) {
    losses.push(lost('vectorType', 'vectorType', 'vectors are made of floats here'));
  }
  if (request.truncate === 'start') {
    losses.push(lost('truncation', 'truncate', 'what is too long is cut at its end here'));
  }
  if (request.endUser !== undefined) {
    losses.push(lost('endUser', 'endUser', 'this provider has no such setting'));
  }
}
