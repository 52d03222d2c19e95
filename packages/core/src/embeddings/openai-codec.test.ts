import { readRecording } from '@tollgate/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../json/json-value.ts';
import type { EmbeddingRequest } from './embedding.ts';
import { decodeReply, decodeRequest, encodeReply, encodeRequest } from './openai-codec.ts';
import { toBase64, toFloats } from './vector.ts';

const asked = { provider: 'p', model: 'm', items: 2 };

describe('a request for embeddings', () => {
  it.each<[JsonObject, EmbeddingRequest['input']]>([
    [{ input: 'a' }, ['a']],
    [{ input: ['a', ''] }, ['a', '']],
    [{ input: [1, 2] }, [[1, 2]]],
    [{ input: [[1, 2], [3]] }, [[1, 2], [3]]],
  ])('takes one item or several, text or tokens: %j', (body, input) => {
    expect(decodeRequest({ model: 'm', ...body })).toEqual({
      ok: true,
      value: { model: 'm', input },
    });
  });

  it.each<[JsonObject, string]>([
    [{}, 'input'],
    [{ input: '' }, 'input'],
    [{ input: [] }, 'input'],
    [{ input: ['a', 1] }, 'input[1]'],
    [{ input: 'a', dimensions: 0 }, 'dimensions'],
    [{ input: 'a', encoding_format: 'hex' }, 'encoding_format'],
  ])('is refused by its path: %j', (body, path) => {
    expect(decodeRequest({ model: 'm', ...body })).toMatchObject({ error: { path } });
  });

  it('is read again as it was written', () => {
    const item = fc.string({ minLength: 1 });
    const tokens = fc.array(fc.nat(100_000), { minLength: 1, maxLength: 4 });
    const request: fc.Arbitrary<EmbeddingRequest> = fc.record(
      {
        model: fc.constant('m'),
        input: fc.oneof(
          fc.array(item, { minLength: 1, maxLength: 3 }),
          fc.array(tokens, { minLength: 1, maxLength: 3 }),
        ),
        dimensions: fc.integer({ min: 1, max: 4096 }),
        encoding: fc.constantFrom('float' as const, 'base64' as const),
        endUser: fc.constant('u'),
        task: fc.constant('query'),
        vectorType: fc.constant('int8' as const),
        truncate: fc.constant('end' as const),
        rest: fc.constant({ dialect: 'openai-embeddings', fields: { field_of_tomorrow: 'x' } }),
      },
      { requiredKeys: ['model', 'input'], noNullPrototype: true },
    );
    fc.assert(
      fc.property(request, (value) => {
        expect(decodeRequest(encodeRequest(value, 'm'))).toEqual({ ok: true, value });
      }),
    );
  });
});

describe('a reply of embeddings', () => {
  it('is read as it was recorded, and said again', () => {
    const body = readRecording('openai', 'openai-embedding').body as JsonValue;

    const reply = decodeReply(body, asked);

    if (!reply.ok) throw new Error(reply.error.kind);
    expect(reply.value.usage).toEqual({
      input: { uncached: 12 },
      output: { text: 0 },
      provenance: 'provider',
    });
    expect(encodeReply(reply.value, undefined)).toEqual(body);
  });

  it('puts vectors in the order of their items', () => {
    const data = [
      { index: 1, embedding: [2] },
      { index: 0, embedding: [1] },
    ];

    expect(decodeReply({ data }, asked)).toEqual({
      ok: true,
      value: { model: 'm', vectors: [[1], [2]] },
    });
  });

  it.each<[string, JsonValue]>([
    ['one too few', { data: [{ embedding: [1] }] }],
    [
      'one twice',
      {
        data: [
          { index: 0, embedding: [1] },
          { index: 0, embedding: [1] },
        ],
      },
    ],
    ['none', { data: 'x' }],
    ['HTML', '<html>'],
  ])('is not one with %s', (_name, body) => {
    expect(decodeReply(body, asked)).toMatchObject({ error: { kind: 'provider_invalid_reply' } });
  });

  it('gives vectors in the encoding that was asked for, whatever came', () => {
    const reply = { model: 'm', vectors: [[0.5, -2], toBase64([0.5, -2])] };
    const embeddings = (encoding: 'float' | 'base64'): unknown =>
      JSON.parse(JSON.stringify(encodeReply(reply, encoding))).data.map(
        (entry: { embedding: unknown }) => entry.embedding,
      );

    expect(embeddings('float')).toEqual([
      [0.5, -2],
      [0.5, -2],
    ]);
    expect(embeddings('base64')).toEqual(['AAAAPwAAAMA=', 'AAAAPwAAAMA=']);
  });

  it('writes floats as Node itself would, and reads them back', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true }), { maxLength: 40 }), (floats) => {
        const text = toBase64(floats);

        expect(text).toBe(Buffer.from(new Float32Array(floats).buffer).toString('base64'));
        expect(toFloats(text)).toEqual(floats);
      }),
    );
  });

  it.each([['A'], ['AAA='], ['AA*AAA=='], ['AAAAAAA']])('takes %j for no vector', (text) => {
    expect(toFloats(text)).toBeUndefined();
  });
});
