import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import type { EmbeddingModelV4 } from '@ai-sdk/provider';
import { GoogleGenAI } from '@google/genai';
import { type Harness, readRecording } from '@tollgate/testkit';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { type Body, post } from './support/chat-face.ts';
import { type Scripted, type Sent, startScripted } from './support/scripted-providers.ts';

/* Embeddings for every client, of every provider: official clients before scripted providers. */

const PATH = '/v1/embeddings';
const PROVIDERS = {
  openai: {},
  google: {},
  cohere: {},
  mistral: {},
  voyage: {},
  claude: { dialect: 'anthropic-messages' },
};
const start = (answer: (sent: Sent) => Scripted) => startScripted(PROVIDERS, answer);

const openAiOf = ({ url, keys }: Harness): OpenAI =>
  new OpenAI({ apiKey: keys.member, baseURL: `${url}/v1`, maxRetries: 0 });
const googleOf = ({ url, keys }: Harness): GoogleGenAI =>
  new GoogleGenAI({
    apiKey: keys.member,
    httpOptions: { baseUrl: url, retryOptions: { attempts: 1 } },
  });

const floats = (...values: readonly number[]): string =>
  Buffer.from(new Float32Array(values).buffer).toString('base64');

const openAiReply = (vectors: readonly unknown[], usage?: Body): Body => ({
  object: 'list',
  data: vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })),
  model: 'm',
  ...(usage === undefined ? {} : { usage }),
});

const cohereReply = (vectors: readonly unknown[], tokens?: number): Body => ({
  id: '1',
  embeddings: { float: vectors },
  ...(tokens === undefined ? {} : { meta: { billed_units: { input_tokens: tokens } } }),
  response_type: 'embeddings_by_type',
});

describe('OpenAI’s client', () => {
  it('has a Cohere model embed what was recorded, as exactly as it was, in base64 and in numbers', async () => {
    const recorded = readRecording('cohere', 'cohere-embedding').body as {
      texts: string[];
      embeddings: { float: number[][] };
    };
    await using app = await start(() => ({ body: recorded }));
    const { embeddings } = openAiOf(app.harness);
    const asked = { model: 'cohere/embed-english-v3.0', input: recorded.texts };

    // This client asks for base64 by itself.
    const viaBase64 = await embeddings.create(asked);
    const { data: numbers, response } = await embeddings
      .create({ ...asked, encoding_format: 'float' })
      .withResponse();

    expect(numbers.data.map(({ embedding }) => embedding)).toEqual(recorded.embeddings.float);
    expect(viaBase64.data.map(({ embedding }) => [...new Float32Array(embedding)])).toEqual(
      recorded.embeddings.float.map((vector) => [...new Float32Array(vector)]),
    );
    expect(numbers).toMatchObject({
      object: 'list',
      model: 'embed-english-v3.0',
      usage: { prompt_tokens: 10, total_tokens: 10 },
    });
    expect(response.headers.get('x-tollgate-dropped')).toBe('input_type:emulated');
    expect(app.sent[0]).toMatchObject({
      url: '/v2/embed',
      headers: { authorization: 'Bearer key-of-cohere' },
      body: {
        model: 'embed-english-v3.0',
        texts: recorded.texts,
        input_type: 'search_document',
        embedding_types: ['float'],
        truncate: 'NONE',
      },
    });
    expect(await app.harness.usage()).toMatchObject([
      {
        face: 'openai',
        provider: 'cohere',
        inputTokens: 10,
        outputTokens: 0,
        provenance: 'provider',
      },
      { inputTokens: 10 },
    ]);
  });

  it('says what vectors are for, and how long, to Cohere', async () => {
    await using app = await start(() => ({ body: cohereReply([[1, 2]], 3) }));

    const reply = await post(app.harness, PATH, {
      model: 'cohere/embed-v4.0',
      input: 'a',
      input_type: 'search_query',
      dimensions: 256,
      truncate: 'END',
    });

    expect(reply.status).toBe(200);
    expect(reply.headers.get('x-tollgate-dropped')).toBeNull();
    expect(app.sent[0]?.body).toEqual({
      model: 'embed-v4.0',
      texts: ['a'],
      input_type: 'search_query',
      embedding_types: ['float'],
      output_dimension: 256,
      truncate: 'END',
    });
  });

  it('has vectors of bytes as numbers, or in base64', async () => {
    await using app = await start(() => ({
      body: { ...cohereReply([], 3), embeddings: { int8: [[-1, 127]] } },
    }));
    const asked = {
      model: 'cohere/embed-v4.0',
      input: 'a',
      input_type: 'query',
      output_dtype: 'int8',
    };

    const numbers = await post(app.harness, PATH, asked);
    const packed = await post(app.harness, PATH, { ...asked, encoding_format: 'base64' });

    expect(numbers.json).toMatchObject({ data: [{ embedding: [-1, 127] }] });
    expect(packed.json).toMatchObject({
      data: [{ embedding: Buffer.from(Int8Array.of(-1, 127).buffer).toString('base64') }],
    });
    expect(app.sent[0]?.body['embedding_types']).toEqual(['int8']);
  });

  it('passes to a look-alike what that takes, byte for byte', async () => {
    const answer = '{"object":"list", "data":[],"model":"x","usage":{"total_tokens":4}, "new":1e2}';
    await using app = await start(() => ({ body: answer }));
    const body =
      '{"model":"voyage-4-lite", "input":["a"],"input_type":"query","encoding_format":"base64"}';

    const reply = await post(app.harness, PATH, body);

    expect(reply.text).toBe(answer);
    expect(app.sent[0]).toMatchObject({ url: '/v1/embeddings', text: body });
    expect(await app.harness.usage()).toMatchObject([{ provider: 'voyage', inputTokens: 4 }]);
  });

  it.each<[string, Body, Body, string | null]>([
    [
      'voyage/voyage-4-lite',
      { dimensions: 512, input_type: 'document', user: 'u', field_of_tomorrow: 1 },
      { output_dimension: 512, input_type: 'document', truncation: false, field_of_tomorrow: 1 },
      'user',
    ],
    ['mistral/codestral-embed', { dimensions: 512 }, { output_dimension: 512 }, null],
    ['mistral/mistral-embed', { dimensions: 1024, user: 'u' }, {}, 'user'],
  ])('has its words changed for %s where that has others', async (model, asked, sent, dropped) => {
    await using app = await start(() => ({
      body: openAiReply([floats(0.5, -2)], { total_tokens: 4 }),
    }));

    const reply = await post(app.harness, PATH, {
      model,
      input: ['a'],
      encoding_format: 'base64',
      ...asked,
    });

    expect(reply.json).toMatchObject({ data: [{ embedding: floats(0.5, -2) }] });
    expect(reply.headers.get('x-tollgate-dropped')).toBe(dropped);
    expect(app.sent[0]?.body).toEqual({
      model: model.split('/')[1],
      input: 'a',
      encoding_format: 'base64',
      ...sent,
    });
    expect(await app.harness.usage()).toMatchObject([{ inputTokens: 4, outputTokens: 0 }]);
  });

  it.each<[string, Body, string]>([
    ['cohere/embed-v4.0', { dimensions: 300 }, 'dimensions (this model makes vectors of length'],
    ['mistral/mistral-embed', { dimensions: 300 }, 'dimensions ('],
    ['cohere/embed-v4.0', { input: [1, 2, 3] }, 'input (this provider takes texts only'],
    ['voyage/voyage-4', { input: [[1], [2]] }, 'input ('],
    ['claude/m', {}, 'model: The provider "claude" makes no embeddings'],
    ['cohere/embed-v4.0', { dimensions: 0 }, 'dimensions: '],
  ])('is refused what %s can’t do: %j', async (model, asked, message) => {
    await using app = await start(() => ({ body: {} }));

    const reply = await post(app.harness, PATH, { model, input: 'a', ...asked });

    expect(reply.status).toBe(400);
    expect(Object(Object(reply.json).error).message).toContain(message);
    expect(app.sent).toEqual([]);
    expect(await app.harness.usage()).toEqual([]);
  });

  it('has hints refused too where it wants all or nothing', async () => {
    await using app = await start(() => ({ body: {} }));

    const reply = await post(
      app.harness,
      PATH,
      { model: 'cohere/embed-v4.0', input: 'a' },
      { headers: { 'x-tollgate-strict': 'true' } },
    );

    expect(reply.status).toBe(400);
    expect(app.sent).toEqual([]);
  });

  it('reads a provider’s failure as OpenAI’s', async () => {
    await using app = await start(() => ({ status: 400, body: { message: 'invalid model' } }));
    const { embeddings } = openAiOf(app.harness);

    const asked = embeddings.create({ model: 'cohere/embed-v9', input: 'a' });

    await expect(asked).rejects.toMatchObject({ status: 400, type: 'invalid_request_error' });
  });

  it.each<[string, unknown]>([
    ['too few', cohereReply([[1]], 3)],
    ['of another type', { ...cohereReply([], 3), embeddings: { int8: [[1], [2]] } }],
    ['none', { id: '1' }],
  ])('is told that a reply is none, with vectors that are %s', async (_case, body) => {
    await using app = await start(() => ({ body }));

    const reply = await post(app.harness, PATH, { model: 'cohere/embed-v4.0', input: ['a', 'b'] });

    expect(reply.status).toBe(502);
    expect(await app.harness.usage()).toMatchObject([{ errorKind: 'provider_invalid_reply' }]);
  });
});

describe('the AI SDK', () => {
  it.each<[string, (harness: Harness) => EmbeddingModelV4]>([
    [
      'OpenAI’s',
      ({ url, keys }) =>
        createOpenAI({ apiKey: keys.member, baseURL: `${url}/v1` }).embedding('cohere/embed-v4.0'),
    ],
    [
      'Google’s',
      ({ url, keys }) =>
        createGoogle({ apiKey: keys.member, baseURL: `${url}/v1beta` }).embedding(
          'cohere/embed-v4.0',
        ),
    ],
  ])('embeds by a model of another family through %s package', async (_name, modelOf) => {
    await using app = await start(() => ({ body: cohereReply([[0.5], [-2]], 3) }));

    const { embeddings } = await modelOf(app.harness).doEmbed({ values: ['a', 'b'] });

    expect(embeddings).toEqual([[0.5], [-2]]);
    expect(app.sent[0]).toMatchObject({ url: '/v2/embed', body: { texts: ['a', 'b'] } });
  });
});

describe('more inputs than a provider takes at once', () => {
  const inputs = Array.from({ length: 200 }, (_, index) => String(index));
  const textsIn = (sent: Sent): readonly string[] =>
    Array.isArray(sent.body['texts']) ? sent.body['texts'] : [];

  it('go in several requests, come back in their order, and are one call', async () => {
    await using app = await start((sent) => ({
      body: cohereReply(
        textsIn(sent).map((text) => [Number(text)]),
        textsIn(sent).length,
      ),
    }));

    const { data, usage } = await openAiOf(app.harness).embeddings.create({
      model: 'cohere/embed-v4.0',
      input: inputs,
      encoding_format: 'float',
    });

    expect(app.sent.map((sent) => textsIn(sent).length)).toEqual([96, 96, 8]);
    expect(data.map(({ embedding }) => embedding)).toEqual(inputs.map((text) => [Number(text)]));
    expect(usage.prompt_tokens).toBe(200);
    expect(await app.harness.usage()).toMatchObject([
      { inputTokens: 200, provenance: 'provider', status: 'ok' },
    ]);
  });

  it('are booked as far as they were embedded when a later request fails', async () => {
    let calls = 0;
    await using app = await start((sent) => {
      calls += 1;
      if (calls === 2) return { status: 500, body: {} };
      return {
        body: cohereReply(
          textsIn(sent).map(() => [1]),
          96,
        ),
      };
    });

    const reply = await post(app.harness, PATH, { model: 'cohere/embed-v4.0', input: inputs });

    expect(reply.status).toBe(502);
    expect(calls).toBe(2);
    expect(await app.harness.usage()).toMatchObject([{ inputTokens: 96, status: 'failed' }]);
  });

  it('are refused when they would become requests without end', async () => {
    await using app = await start(() => ({ body: {} }));
    const input = Array.from({ length: 96 * 32 + 1 }, () => 'a');

    const reply = await post(app.harness, PATH, { model: 'cohere/embed-v4.0', input });

    expect(reply.status).toBe(400);
    expect(reply.text).toContain('at most 3072 inputs');
    expect(app.sent).toEqual([]);
    expect(await app.harness.usage()).toEqual([]);
  });
});

describe('Google’s client', () => {
  it('passes to a Gemini provider under the name that that knows', async () => {
    await using app = await start(() => ({ body: { embeddings: [{ values: [0.5, -2] }] } }));
    const config = { taskType: 'RETRIEVAL_QUERY', outputDimensionality: 2 };

    const { embeddings } = await googleOf(app.harness).models.embedContent({
      model: 'google/gemini-embedding-001',
      contents: ['Why is the sky blue?'],
      config,
    });

    expect(embeddings).toEqual([{ values: [0.5, -2] }]);
    expect(app.sent[0]).toMatchObject({
      url: '/v1beta/models/gemini-embedding-001:batchEmbedContents',
      headers: { 'x-goog-api-key': 'key-of-google' },
      body: {
        requests: [
          {
            model: 'models/gemini-embedding-001',
            content: { parts: [{ text: 'Why is the sky blue?' }] },
            ...config,
          },
        ],
      },
    });
    // No count came with it.
    const [usage] = await app.harness.usage();
    expect(usage).toMatchObject({ face: 'gemini', provenance: 'estimate', outputTokens: 0 });
    expect(usage?.inputTokens).toBeGreaterThan(3);
  });

  it('has other models embed, and is given numbers whatever came', async () => {
    await using app = await start((sent) => ({
      body: sent.url.endsWith('/embed')
        ? cohereReply([[0.5], [-2]], 7)
        : openAiReply([[0.5], floats(-2)], { prompt_tokens: 7, total_tokens: 7 }),
    }));
    const { models } = googleOf(app.harness);
    const ask = (model: string) =>
      models.embedContent({
        model,
        contents: ['a', 'b'],
        config: { taskType: 'RETRIEVAL_DOCUMENT', title: 'T', outputDimensionality: 256 },
      });

    const replies = [await ask('openai/text-embedding-3-small'), await ask('cohere/embed-v4.0')];

    for (const { embeddings, usageMetadata, sdkHttpResponse } of replies) {
      expect(embeddings).toEqual([{ values: [0.5] }, { values: [-2] }]);
      expect(usageMetadata).toMatchObject({ promptTokenCount: 7 });
      expect(sdkHttpResponse?.headers?.['x-tollgate-dropped']).toContain('title');
    }
    expect(app.sent.map(({ body }) => body)).toEqual([
      { model: 'text-embedding-3-small', input: ['a', 'b'], dimensions: 256 },
      {
        model: 'embed-v4.0',
        texts: ['a', 'b'],
        input_type: 'search_document',
        embedding_types: ['float'],
        output_dimension: 256,
        truncate: 'NONE',
      },
    ]);
    expect(await app.harness.usage()).toMatchObject([{ inputTokens: 7 }, { inputTokens: 7 }]);
  });

  it('is given one vector for one content, under both versions of the API', async () => {
    await using app = await start(() => ({ body: openAiReply([[0.5]], { prompt_tokens: 2 }) }));
    const body = { content: { parts: [{ text: 'a' }, { text: 'b' }] }, output_dimensionality: 1 };

    for (const version of ['v1', 'v1beta']) {
      const reply = await post(
        app.harness,
        `/${version}/models/openai/text-embedding-3-small:embedContent`,
        body,
      );
      expect(reply.json).toEqual({
        embedding: { values: [0.5] },
        usageMetadata: { promptTokenCount: 2 },
      });
    }
    expect(app.sent[0]?.body).toEqual({
      model: 'text-embedding-3-small',
      input: 'ab',
      dimensions: 1,
    });
  });

  it.each<[Body, string]>([
    [
      {
        requests: [
          { content: { parts: [{ text: 'a' }] }, taskType: 'CLUSTERING' },
          { content: { parts: [{ text: 'b' }] } },
        ],
      },
      'requests[1].taskType',
    ],
    [{ requests: [{ content: { parts: [{ inlineData: {} }] } }] }, 'requests[0].content.parts[0]'],
    [{ requests: [] }, 'requests'],
  ])('is told by their path what other models can’t do', async (body, path) => {
    await using app = await start(() => ({ body: {} }));

    const reply = await post(
      app.harness,
      '/v1beta/models/cohere/embed-v4.0:batchEmbedContents',
      body,
    );

    expect(reply.status).toBe(400);
    expect(reply.json).toMatchObject({ error: { code: 400, status: 'INVALID_ARGUMENT' } });
    expect(reply.text).toContain(path);
    expect(app.sent).toEqual([]);
  });

  it('finds in the list which models make embeddings', async () => {
    await using app = await start(() => ({ status: 404, body: {} }));

    const reply = await post(app.harness, '/v1beta/models', '', { method: 'GET' });

    const models: readonly Body[] = Object(reply.json).models;
    const methodsOf = (name: string): unknown =>
      models.find((model) => model['name'] === `models/${name}`)?.['supportedGenerationMethods'];
    expect(methodsOf('text-embedding-3-small')).toEqual(['embedContent']);
    expect(methodsOf('embed-v4.0')).toEqual(['embedContent']);
    expect(methodsOf('voyage-4')).toEqual(['embedContent']);
    expect(methodsOf('gpt-4o')).toEqual(['generateContent', 'countTokens']);
  });

  it('believes providers that say what each model is for, and lists none that is for neither', async () => {
    const uses = {
      '/v1beta/models': [
        { name: 'models/gemini-vectors', supportedGenerationMethods: ['embedContent'] },
        { name: 'models/imagen-9', supportedGenerationMethods: ['predict'] },
      ],
      '/v1/models': [
        { name: 'command-vectors', endpoints: ['embed'] },
        { name: 'command-embedded', endpoints: ['chat'] },
        { name: 'rerank-9', endpoints: ['rerank'] },
      ],
    };
    await using app = await start(({ url }) => {
      const path = url.split('?', 1)[0];
      if (path === '/v1beta/models') return { body: { models: uses[path] } };
      return url.includes('page_size')
        ? { body: { models: uses['/v1/models'] } }
        : { status: 404, body: {} };
    });

    const reply = await post(app.harness, '/v1beta/models', '', { method: 'GET' });

    const models: readonly Body[] = Object(reply.json).models;
    const listed = new Map(
      models.map((model) => [model['name'], model['supportedGenerationMethods']]),
    );
    expect(listed.get('models/gemini-vectors')).toEqual(['embedContent']);
    expect(listed.get('models/command-vectors')).toEqual(['embedContent']);
    expect(listed.get('models/command-embedded')).toContain('generateContent');
    expect([...listed.keys()].join()).not.toMatch(/imagen|rerank/);
  });

  it('has the simulated provider embed', async () => {
    await using app = await start(() => ({ body: {} }));

    const { embeddings } = await googleOf(app.harness).models.embedContent({
      model: 'sim/embed',
      contents: ['a', 'b'],
    });

    expect(embeddings?.map(({ values }) => values?.length)).toEqual([256, 256]);
  });
});
