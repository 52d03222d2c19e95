import { createChunkTap } from '../dialects/chunk-tap.ts';
import { readEnvelope } from '../dialects/openai-envelope.ts';
import type { Passage } from '../dialects/passage.ts';
import { readOpenAiReply } from '../dialects/read-openai-reply.ts';
import { textWithin } from '../dialects/text-within.ts';
import { isJsonObject } from '../json/json-value.ts';
import { err, ok } from '../result.ts';
import { embeddingUsage } from './openai-codec.ts';

const INPUT = new Set(['input']);

/** Embeddings are never streamed: the tap is there because every passage has one. */
export const openAiEmbeddingsPassage: Passage = {
  id: 'openai-embeddings',
  envelope: (body) => {
    const read = readEnvelope(body, []);
    if (!read.ok || !read.value.stream) return read;
    return err({ kind: 'invalid_request', path: 'stream', detail: 'embeddings are not streamed' });
  },
  edits: () => ({}),
  readReply: (body, options) => {
    const read = readOpenAiReply(body, 'data', options);
    if (!read.ok) return read;
    const usage = isJsonObject(body) ? embeddingUsage(body['usage']) : undefined;
    return ok(usage === undefined ? read.value : { ...read.value, usage });
  },
  createTap: createChunkTap,
  inputText: (body) => textWithin({ input: body['input'] ?? '' }, INPUT),
  outputText: () => '',
};
