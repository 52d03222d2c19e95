import * as z from 'zod';
import { changed, type Loss, lost } from '../chat/loss.ts';
import { ok } from '../result.ts';
import { countedInput, type EmbeddingRequest } from './embedding.ts';
import {
  askedDimensions,
  type EmbeddingProvider,
  invalidReply,
  lostFields,
  NOT_ONE_EACH,
  textsOf,
} from './embedding-dialect.ts';

const DIALECT = 'cohere-embeddings';

const INPUT_TYPES: ReadonlyMap<string, string> = new Map([
  ['query', 'search_query'],
  ['document', 'search_document'],
  ['classification', 'classification'],
  ['clustering', 'clustering'],
]);

const Vectors = z.array(z.array(z.number()));
const Tokens = z.looseObject({ input_tokens: z.int().nonnegative().nullish() }).nullish();

const WireReply = z.looseObject({
  // By type, as it is asked for; a list alone where a model is older than that.
  embeddings: z.union([Vectors, z.record(z.string(), z.unknown())]),
  meta: z.looseObject({ tokens: Tokens, billed_units: Tokens }).nullish().catch(undefined),
});

/** Cohere's `/v2/embed`. Source: V2EmbedRequest and EmbedByTypeResponse of cohere-ai 8.1. */
export const cohereEmbeddings: EmbeddingProvider = {
  maxInputs: () => 96,

  encodeRequest(request, target) {
    const losses: Loss[] = [...lostFields(DIALECT, request)];
    const texts = textsOf(request, losses);
    const dimensions = askedDimensions(request, target, losses);
    if (request.title !== undefined) {
      losses.push(lost('documentTitle', 'title', 'documents have no title here'));
    }
    if (request.endUser !== undefined) {
      losses.push(lost('endUser', 'endUser', 'this provider has no such setting'));
    }
    return {
      value: {
        model: target.model,
        texts,
        input_type: inputType(request, losses),
        embedding_types: [request.vectorType ?? 'float'],
        ...(dimensions === undefined ? {} : { output_dimension: dimensions }),
        // Cut in silence unless it is told otherwise.
        truncate: (request.truncate ?? 'none').toUpperCase(),
      },
      losses,
    };
  },

  decodeReply(body, request, target) {
    const parsed = WireReply.safeParse(body);
    if (!parsed.success) return invalidReply(target, 'it is no reply of embeddings');
    const { embeddings, meta } = parsed.data;
    const listed = Array.isArray(embeddings)
      ? embeddings
      : Vectors.safeParse(embeddings[request.vectorType ?? 'float']).data;
    if (listed === undefined)
      return invalidReply(target, 'it has no embeddings of the type asked for');
    if (listed.length !== request.input.length) return invalidReply(target, NOT_ONE_EACH);
    const tokens = meta?.tokens?.input_tokens ?? meta?.billed_units?.input_tokens;
    return ok({
      model: target.model,
      vectors: listed,
      ...(tokens == null ? {} : { usage: countedInput(tokens) }),
    });
  },
};

/** One is wanted always; who names none is taken to fill a store, and told. */
function inputType({ task }: EmbeddingRequest, losses: Loss[]): string {
  const known = INPUT_TYPES.get(task ?? '');
  if (known !== undefined) return known;
  const why = 'vectors are made for one of several uses here: as of a document';
  losses.push(changed('embeddingTask', 'task', 'emulated', why));
  return 'search_document';
}
