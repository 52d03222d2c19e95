import { describe, expect, it } from 'vitest';
import { type GeminiMethod, geminiBody, geminiPath } from './address.ts';

describe('the address of a call', () => {
  it.each<[string, GeminiMethod, string]>([
    ['gemini-3-pro', 'generateContent', '/v1beta/models/gemini-3-pro:generateContent'],
    [
      'gemini-3-pro',
      'streamGenerateContent',
      '/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse',
    ],
    ['gemini-3-pro', 'countTokens', '/v1beta/models/gemini-3-pro:countTokens'],
    ['models/gemini-3-pro', 'generateContent', '/v1beta/models/gemini-3-pro:generateContent'],
    ['tunedModels/mine', 'generateContent', '/v1beta/tunedModels/mine:generateContent'],
  ])('names %s for %s', (model, method, path) => {
    expect(geminiPath(model, method)).toBe(path);
  });

  it.each(['../../v1/files', 'models/../../x', 'a?key=b', 'a#b', '..', 'a/../b', '\ud800'])(
    'stays among the models whatever the model is called: %j',
    (model) => {
      const url = new URL(`https://h${geminiPath(model, 'generateContent')}`);

      expect(url.pathname).toMatch(/^\/v1beta\/models\/[^/]+:generateContent$/);
      expect(url.search + url.hash).toBe('');
    },
  );

  it('takes out of the body what it says', () => {
    expect(geminiBody({ model: 'm', stream: true, contents: [] })).toEqual({ contents: [] });
  });
});
