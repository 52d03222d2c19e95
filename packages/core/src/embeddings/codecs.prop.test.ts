import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Target } from '../dialects/dialect.ts';
import { isJsonObject, type JsonValue } from '../json/json-value.ts';
import { cohereEmbeddings } from './cohere-codec.ts';
import type { EmbeddingRequest } from './embedding.ts';
import { geminiBatchEmbedContents, geminiEmbedContent, geminiEmbeddings } from './gemini-codec.ts';
import { renamedEmbedding } from './gemini-passage.ts';
import { openAiEmbeddings } from './openai-embeddings.ts';

const target: Target = {
  provider: 'p',
  model: 'm',
  ability: {},
  quirks: {},
  origin: { provider: 'p', model: 'm' },
};

const json = fc
  .jsonValue({ maxDepth: 4 })
  .map((value): JsonValue => JSON.parse(JSON.stringify(value)));

/** Near enough to a body of each dialect to get past its first checks. */
const nearly = fc.oneof(
  json,
  fc.record({ model: fc.constant('m'), input: json, requests: json, content: json }),
  fc.record({ embeddings: json, data: json, usage: json, meta: json, usageMetadata: json }),
  fc.record({ model: fc.constant('m'), requests: fc.array(fc.record({ content: json })) }),
);

describe('codecs of embeddings', () => {
  it.each([openAiEmbeddings, geminiEmbedContent, geminiBatchEmbedContents])(
    'read any body or say what is wrong with it: %#',
    (face) => {
      fc.assert(
        fc.property(nearly, (body) => {
          if (!isJsonObject(body)) return;
          const read = face.decodeRequest(body);
          expect(read.ok || read.error.kind === 'invalid_request').toBe(true);
        }),
      );
    },
  );

  it.each([openAiEmbeddings, geminiEmbeddings, cohereEmbeddings])(
    'read any reply or say that it is none: %#',
    (provider) => {
      fc.assert(
        fc.property(nearly, (body) => {
          const read = provider.decodeReply(body, { model: 'm', input: ['a'] }, target);
          if (read.ok) expect(read.value.vectors).toHaveLength(1);
          else expect(read.error.kind).toMatch(/^provider_/);
        }),
      );
    },
  );

  it('say all that a Gemini client can ask, in the words that it asked in', () => {
    const request: fc.Arbitrary<EmbeddingRequest> = fc.record(
      {
        model: fc.constant('m'),
        input: fc.array(fc.string(), { minLength: 1, maxLength: 4 }),
        dimensions: fc.integer({ min: 1, max: 3072 }),
        task: fc.constantFrom('document', 'query', 'similarity', 'code-query'),
      },
      { requiredKeys: ['model', 'input'], noNullPrototype: true },
    );
    fc.assert(
      fc.property(request, (asked) => {
        const { value, losses } = geminiEmbeddings.encodeRequest(asked, target);
        const back = geminiBatchEmbedContents.decodeRequest(JSON.parse(JSON.stringify(value)));
        expect(losses).toEqual([]);
        expect(back).toEqual({ ok: true, value: { request: asked, losses: [] } });
      }),
    );
  });
});

describe('a body that passes to Gemini’s API', () => {
  it.each<[JsonValue, JsonValue]>([
    [
      { model: 'models/p/m', content: {} },
      { model: 'models/m', content: {} },
    ],
    [{ content: {} }, { content: {} }],
    [{ requests: [{ model: 'models/p/m' }, {}] }, { requests: [{ model: 'models/m' }, {}] }],
  ])('has its provider’s own name of the model wherever it says one: %j', (body, sent) => {
    if (!isJsonObject(body)) throw new Error('no object');

    expect(JSON.parse(renamedEmbedding(JSON.stringify(body), body, 'm'))).toEqual(sent);
  });

  it('keeps its text where nothing has another name', () => {
    const text = '{ "requests": [{"model":"models/m", "outputDimensionality": 1e2}] }';

    expect(renamedEmbedding(text, JSON.parse(text), 'm')).toBe(text);
  });
});
