import { describe, expect, it } from 'vitest';
import { bodyFor, endpointOf, hasOneAddress, misplacedFields, pathOf } from './endpoint.ts';
import type { Operation } from './operation.ts';

const pathFor = (operation: Operation, model: string, stream = false): string =>
  pathOf(endpointOf({}, operation), { model, stream });

const CLAUDE_PROFILE =
  'arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-sonnet-4-5-20250929-v1:0';

describe('the address of a call', () => {
  it.each<[string, boolean, string]>([
    ['gemini-3-pro', false, '/v1beta/models/gemini-3-pro:generateContent'],
    ['gemini-3-pro', true, '/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse'],
    ['models/gemini-3-pro', false, '/v1beta/models/gemini-3-pro:generateContent'],
    ['tunedModels/mine', false, '/v1beta/tunedModels/mine:generateContent'],
  ])('names %s, streamed: %s', (model, stream, path) => {
    expect(pathFor('gemini', model, stream)).toBe(path);
  });

  it('names a model whose tokens are counted', () => {
    expect(pathFor('gemini-count-tokens', 'gemini-3-pro')).toBe(
      '/v1beta/models/gemini-3-pro:countTokens',
    );
  });

  it.each(['../../v1/files', 'models/../../x', 'a?key=b', 'a#b', '..', 'a/../b', '\ud800'])(
    'stays among the models whatever the model is called: %j',
    (model) => {
      const url = new URL(`https://h${pathFor('gemini', model)}`);

      expect(url.pathname).toMatch(/^\/v1beta\/models\/[^/]+:generateContent$/);
      expect(url.search + url.hash).toBe('');
    },
  );

  it.each(['..', '.', '../..', 'a/b', '%2e%2e', 'a?b', CLAUDE_PROFILE])(
    'is one segment where the model stands alone: %j',
    (model) => {
      const url = new URL(`https://h${pathFor('bedrock-converse', model)}`);

      expect(url.pathname).toMatch(/^\/model\/[^/]+\/converse$/);
      expect(url.search + url.hash).toBe('');
    },
  );

  it.each([
    ['amazon.nova-pro-v1:0', 'amazon.nova-pro-v1%3A0'],
    [
      CLAUDE_PROFILE,
      'arn%3Aaws%3Abedrock%3Aeu-west-1%3A123456789012%3Ainference-profile%2Feu.anthropic.claude-sonnet-4-5-20250929-v1%3A0',
    ],
    ["it's(*)!", 'it%27s%28%2A%29%21'],
  ])('encodes %s as AWS does', (model, segment) => {
    expect(pathFor('bedrock-converse', model, true)).toBe(`/model/${segment}/converse-stream`);
  });

  it('is the same for all models where the body names them', () => {
    expect(hasOneAddress(endpointOf({}, 'openai-chat'))).toBe(true);
    expect(hasOneAddress(endpointOf({}, 'gemini'))).toBe(false);
    expect(pathFor('openai-chat', '{model}', true)).toBe('/chat/completions');
  });

  it('is a provider’s own where it has one', () => {
    const provider = { endpoints: { 'openai-chat': { path: '/deployments/{model}/x?v=1' } } };
    expect(pathOf(endpointOf(provider, 'openai-chat'), { model: '{model}' })).toBe(
      '/deployments/%7Bmodel%7D/x?v=1',
    );
  });
});

describe('the body of a call', () => {
  it('does not say what the address says', () => {
    const body = { model: 'm', stream: true, contents: [] };
    expect(bodyFor(endpointOf({}, 'gemini'), body)).toEqual({ contents: [] });
    expect(bodyFor(endpointOf({}, 'openai-chat'), body)).toBe(body);
  });

  it('loses on its way through only what its own provider is told in it', () => {
    const addressed = { path: '/{model}', addressed: ['model', 'stream'] } as const;
    expect(misplacedFields(addressed, 'anthropic-messages')).toEqual(['model', 'stream']);
    expect(misplacedFields(addressed, 'gemini')).toEqual([]);
    expect(misplacedFields(endpointOf({}, 'openai-chat'), 'openai-chat')).toEqual([]);
  });
});
