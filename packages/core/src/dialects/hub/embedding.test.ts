import { describe, expect, expectTypeOf, it } from 'vitest';
import type { EmbeddingReply, EmbeddingRequest } from '../../embeddings/embedding.ts';
import {
  decodeHubEmbeddingRequest,
  encodeHubEmbeddingReply,
  HubEmbeddingReply,
  type HubEmbeddingRequest,
} from './embedding.ts';

type Same<Left, Right> = [Left] extends [Right] ? ([Right] extends [Left] ? true : false) : false;

describe('embeddings of the hub on the wire', () => {
  it('have the types of the embeddings room', () => {
    expectTypeOf<
      Same<Omit<HubEmbeddingRequest, 'version'>, EmbeddingRequest>
    >().toEqualTypeOf<true>();
    expectTypeOf<Same<Omit<HubEmbeddingReply, 'version'>, EmbeddingReply>>().toEqualTypeOf<true>();
  });

  it('are read without their version', () => {
    const request = { model: 'openai/m', input: ['a', [1, 2]], dimensions: 8 };

    expect(decodeHubEmbeddingRequest({ version: 1, ...request })).toEqual({
      ok: true,
      value: request,
    });
  });

  it.each([
    ['another version', { version: 2, model: 'm', input: ['a'] }, 'version'],
    ['no input', { model: 'm', input: [] }, 'input'],
    ['an item that is neither text nor tokens', { model: 'm', input: ['a', {}] }, 'input[1]'],
    ['an unknown field', { model: 'm', input: ['a'], dimension: 8 }, 'dimension'],
  ])('are refused with %s, by path', (_name, body, path) => {
    expect(decodeHubEmbeddingRequest(body)).toMatchObject({
      ok: false,
      error: { kind: 'invalid_request', path },
    });
  });

  it('are sent with their version', () => {
    const reply = { model: 'm', vectors: [[0.5, -1], 'AAAA'] };

    expect(HubEmbeddingReply.parse(encodeHubEmbeddingReply(reply))).toEqual({
      version: 1,
      ...reply,
    });
  });
});
