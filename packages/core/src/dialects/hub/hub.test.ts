import { describe, expect, it } from 'vitest';
import type { GatewayError } from '../../chat/error.ts';
import type { JsonValue } from '../../json/json-value.ts';
import {
  decodeHubEmbeddingRequest,
  decodeHubEvent,
  encodeHubEmbeddingReply,
  encodeHubError,
  encodeHubEvent,
} from './index.ts';
import { decodeHubReply, encodeHubReply } from './reply.ts';
import { decodeHubRequest, encodeHubRequest } from './request.ts';

const hello = [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }];

describe('a request in the hub’s own words', () => {
  it('needs a model and messages only, and streams when told', () => {
    expect(decodeHubRequest({ model: 'a/b', messages: hello })).toEqual({
      ok: true,
      value: { model: 'a/b', messages: hello, stream: false },
    });
    expect(decodeHubRequest({ version: 1, model: 'a/b', messages: [], stream: true })).toEqual({
      ok: true,
      value: { model: 'a/b', messages: [], stream: true },
    });
  });

  it('says its version when it is written', () => {
    expect(encodeHubRequest({ model: 'm', messages: [], stream: false })).toMatchObject({
      version: 1,
    });
  });

  it.each<[string, object, string, string]>([
    ['another version', { version: 2 }, 'version', 'expected 1'],
    ['no model', { model: '' }, 'model', 'Too small: expected string to have >=1 characters'],
    ['an unknown field', { max_tokens: 1 }, 'max_tokens', 'unknown field'],
    [
      'a mistyped field',
      { temprature: 1 },
      'temprature',
      'unknown field; did you mean "temperature"?',
    ],
    [
      'an unknown nested field',
      { reasoning: { efort: 'low' } },
      'reasoning.efort',
      'unknown field',
    ],
    ['an explicit undefined', { topK: undefined }, 'topK', 'is required: expected number'],
    [
      'an unknown part',
      { messages: [{ role: 'user', content: [{ type: 'image' }] }] },
      'messages[0].content[0].type',
      'expected one of "text", "media", "reasoning", "tool-call", "tool-result", "server-tool", "refusal", "opaque"',
    ],
    [
      'a negative limit',
      { maxOutputTokens: -1 },
      'maxOutputTokens',
      'Too small: expected number to be >=0',
    ],
    [
      'text where parts belong',
      { messages: [{ role: 'user', content: 'hi' }] },
      'messages[0].content',
      'expected array, received string',
    ],
    [
      'an answer without its call',
      {
        messages: [{ role: 'tool', content: [{ type: 'tool-result', callId: 'x', content: [] }] }],
      },
      'messages[0].content[0].callId',
      'no earlier message has a tool call with the id "x"',
    ],
  ])('is refused for %s, by path', (_, fields, path, detail) => {
    expect(decodeHubRequest({ model: 'm', messages: hello, ...fields })).toEqual({
      ok: false,
      error: { kind: 'invalid_request', path, detail },
    });
  });

  it('is refused, not crashed on, when JSON inside is nested without end', () => {
    let deep: JsonValue = [];
    for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
    const tool = { type: 'function', name: 'f', parameters: { type: 'object', deep } };
    expect(decodeHubRequest({ model: 'm', messages: [], tools: [tool] })).toEqual({
      ok: false,
      error: {
        kind: 'invalid_request',
        path: 'tools[0].parameters',
        detail: 'expected an object of JSON, at most 128 levels deep',
      },
    });
  });
});

describe('what the hub answers', () => {
  it('carries its version, and is read without it', () => {
    const reply = { id: 'i', model: 'm', choices: [] };
    expect(encodeHubReply(reply)).toEqual({ version: 1, ...reply });
    expect(decodeHubReply(encodeHubReply(reply), 'far')).toEqual({ ok: true, value: reply });
    const start = { type: 'start', id: 'i', model: 'm' } as const;
    expect(encodeHubEvent(start)).toEqual({ version: 1, ...start });
    expect(decodeHubEvent(encodeHubEvent(start), 'far')).toEqual({ ok: true, value: start });
  });

  it('that cannot be read is an invalid reply', () => {
    const error = { kind: 'provider_invalid_reply', provider: 'far' };
    expect(decodeHubReply({ id: 1 }, 'far')).toMatchObject({ ok: false, error });
    expect(decodeHubEvent({ type: 'what' }, 'far')).toMatchObject({ ok: false, error });
    expect(decodeHubEvent(null, 'far')).toMatchObject({ ok: false, error });
  });

  it('keeps the words of our own faults to the log', () => {
    const error: GatewayError = { kind: 'internal', detail: 'row 5 of secrets' };
    expect(JSON.stringify(encodeHubError(error))).not.toContain('secrets');
    expect(JSON.stringify(encodeHubEvent({ type: 'error', error }))).not.toContain('secrets');
    const refused: GatewayError = { kind: 'forbidden', detail: 'not yours' };
    expect(encodeHubError(refused)).toEqual(refused);
  });
});

describe('embeddings in the hub’s own words', () => {
  it('take texts and tokens, and answer with their version', () => {
    const request = { model: 'm', input: ['a', [1, 2]], dimensions: 8, encoding: 'base64' };
    expect(decodeHubEmbeddingRequest({ version: 1, ...request })).toEqual({
      ok: true,
      value: request,
    });
    const reply = { model: 'm', vectors: [[0.5], 'AAAA'] };
    expect(encodeHubEmbeddingReply(reply)).toEqual({ version: 1, ...reply });
  });

  it.each<[object, string, string]>([
    [{ input: [] }, 'input', 'Too small: expected array to have >=1 items'],
    [{ input: 'a' }, 'input', 'expected array, received string'],
    [{ input: [5] }, 'input[0]', 'expected string or array, received number'],
    [{ input: [[-1]] }, 'input[0][0]', 'Too small: expected number to be >=0'],
    [{ input: ['a'], dimensions: 0 }, 'dimensions', 'Too small: expected number to be >=1'],
    [{ input: ['a'], dimension: 8 }, 'dimension', 'unknown field; did you mean "dimensions"?'],
  ])('are refused for %j, by path', (fields, path, detail) => {
    expect(decodeHubEmbeddingRequest({ model: 'm', ...fields })).toEqual({
      ok: false,
      error: { kind: 'invalid_request', path, detail },
    });
  });
});
