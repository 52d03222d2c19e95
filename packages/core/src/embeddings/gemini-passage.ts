import * as z from 'zod';
import { createChunkTap } from '../dialects/chunk-tap.ts';
import { geminiResource } from '../dialects/gemini/address.ts';
import { camelNames } from '../dialects/gemini/camel-names.ts';
import type { Passage } from '../dialects/passage.ts';
import { textWithin } from '../dialects/text-within.ts';
import { wireProblem } from '../dialects/wire-problem.ts';
import { editTopLevel } from '../json/edit-top-level.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.ts';
import { err, ok } from '../result.ts';
import { countedInput } from './embedding.ts';

/** The face reads the model from the address. */
const Envelope = z.looseObject({ model: z.string().min(1) });

const WireReply = z.looseObject({
  embedding: z.looseObject({}).nullish(),
  embeddings: z.array(z.looseObject({})).nullish(),
  usageMetadata: z
    .looseObject({ promptTokenCount: z.int().nonnegative().nullish() })
    .nullish()
    .catch(undefined),
});

const TEXT = new Set(['text']);

/** `embedContent` and `batchEmbedContents`. Never streamed: the tap is there because every passage has one. */
export const geminiEmbeddingsPassage: Passage = {
  id: 'gemini-embeddings',
  envelope(body) {
    const parsed = Envelope.safeParse(body);
    if (!parsed.success) return err(wireProblem(parsed.error));
    return ok({ model: parsed.data.model, stream: false, includeUsage: false });
  },
  edits: () => ({}),
  readReply(body, { provider }) {
    const parsed = WireReply.safeParse(body);
    if (!parsed.success || (parsed.data.embedding == null && parsed.data.embeddings == null)) {
      return err({ kind: 'provider_invalid_reply', provider, detail: 'it has no embeddings' });
    }
    const tokens = parsed.data.usageMetadata?.promptTokenCount;
    return ok(tokens == null ? {} : { usage: countedInput(tokens) });
  },
  createTap: createChunkTap,
  inputText: (body) => {
    const { content, requests } = camelNames(body);
    return textWithin([content ?? {}, requests ?? []], TEXT);
  },
  outputText: () => '',
};

/** The text of a body under its provider's own name of the model, wherever it says one. */
export function renamedEmbedding(text: string, body: JsonObject, model: string): string {
  const name = geminiResource(model);
  const { requests } = body;
  if (Array.isArray(requests)) {
    const renamed = requests.map((one: JsonValue) =>
      isJsonObject(one) && one['model'] !== undefined ? { ...one, model: name } : one,
    );
    const isSame = requests.every((one, index) => modelOf(one) === modelOf(renamed[index]));
    return isSame ? text : editTopLevel(text, { requests: renamed });
  }
  return modelOf(body) === undefined || modelOf(body) === name
    ? text
    : editTopLevel(text, { model: name });
}

const modelOf = (value: JsonValue | undefined): JsonValue | undefined =>
  value !== undefined && isJsonObject(value) ? value['model'] : undefined;
