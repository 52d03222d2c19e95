import { type Loss, lost } from '../chat/loss.ts';
import type { JsonObject } from '../json/json-value.ts';
import type { Quirks } from '../providers/quirks.ts';
import { ok } from '../result.ts';
import type { EmbeddingRequest } from './embedding.ts';
import {
  askedDimensions,
  type EmbeddingFace,
  type EmbeddingProvider,
  lostFields,
  textsOf,
} from './embedding-dialect.ts';
import { decodeReply, decodeRequest, encodeReply, encodeRequest } from './openai-codec.ts';

const MAX_INPUTS = 2048;

/** OpenAI's `/v1/embeddings`, both ways, and what its look-alikes make of it. */
export const openAiEmbeddings: EmbeddingFace & EmbeddingProvider = {
  names: {
    task: 'input_type',
    vectorType: 'output_dtype',
    endUser: 'user',
  },

  decodeRequest(body) {
    const decoded = decodeRequest(body);
    return decoded.ok ? ok({ request: decoded.value, losses: [] }) : decoded;
  },

  encodeReply: (reply, { encoding, vectorType }) => encodeReply(reply, encoding, vectorType),

  maxInputs: ({ quirks }) => quirks.embeddings?.maxInputs ?? MAX_INPUTS,

  encodeRequest(request, target) {
    const { embeddings: quirks = {} } = target.quirks;
    const losses: Loss[] = [...lostFields('openai-embeddings', request)];
    const input = quirks.textsOnly === true ? textsOf(request, losses) : request.input;
    const dimensions = askedDimensions(request, target, losses);
    const {
      truncate: _truncate,
      dimensions: _dimensions,
      ...said
    } = sayable(request, quirks, losses);
    return {
      value: {
        ...encodeRequest({ ...said, input }, target.model),
        ...(dimensions === undefined
          ? {}
          : { [quirks.dimensionsField ?? 'dimensions']: dimensions }),
        // Cut in silence unless it is told otherwise.
        ...(quirks.truncation === true ? { truncation: request.truncate === 'end' } : {}),
      },
      losses,
    };
  },

  decodeReply: (body, { input }, { provider, model }) =>
    decodeReply(body, { provider, model, items: input.length }),
};

type EmbeddingQuirks = NonNullable<Quirks['embeddings']>;

/** The request without what this provider has no words for. */
function sayable(
  request: EmbeddingRequest,
  quirks: EmbeddingQuirks,
  losses: Loss[],
): EmbeddingRequest {
  const { task, vectorType, truncate, title, endUser, encoding, ...others } = request;
  const knowsTask = task !== undefined && quirks.tasks?.includes(task) === true;
  if (task !== undefined && !knowsTask) {
    losses.push(lost('embeddingTask', 'task', 'vectors are not made for that here'));
  }
  if (title !== undefined) {
    losses.push(lost('documentTitle', 'title', 'documents have no title here'));
  }
  const knowsType = vectorType !== undefined && quirks.vectorTypes === true;
  if (vectorType !== undefined && !knowsType) {
    losses.push(lost('vectorType', 'vectorType', 'vectors are made of floats here'));
  }
  if (truncate === 'start' || (truncate === 'end' && quirks.truncation !== true)) {
    losses.push(lost('truncation', 'truncate', 'what is too long is not cut there, here'));
  }
  const knowsUser = endUser !== undefined && quirks.noUser !== true;
  if (endUser !== undefined && !knowsUser) {
    losses.push(lost('endUser', 'endUser', 'this provider has no such setting'));
  }
  return {
    ...others,
    ...(knowsTask ? { task } : {}),
    ...(knowsUser ? { endUser } : {}),
    // Base64 of other numbers than floats is made here: what providers send differs.
    ...(knowsType ? { vectorType } : encoding === undefined ? {} : { encoding }),
  };
}

/** Whether a body can't pass to a look-alike as it is, though it speaks the dialect. */
export function isRefusedEmbedding(body: JsonObject, { embeddings: quirks }: Quirks): boolean {
  if (quirks === undefined) return false;
  const { input } = body;
  const items = Array.isArray(input) ? input : [];
  return (
    (quirks.dimensionsField !== undefined && body['dimensions'] != null) ||
    (quirks.noUser === true && body['user'] != null) ||
    (quirks.textsOnly === true && items.some((item) => typeof item !== 'string')) ||
    (quirks.maxInputs !== undefined && items.length > quirks.maxInputs)
  );
}
