import { describe, expect, it } from 'vitest';
import { geminiBody, geminiPath } from './address.ts';

describe('the address of a call', () => {
  it.each([
    ['gemini-3-pro', false, '/v1beta/models/gemini-3-pro:generateContent'],
    ['gemini-3-pro', true, '/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse'],
    ['models/gemini-3-pro', false, '/v1beta/models/gemini-3-pro:generateContent'],
    ['tunedModels/mine', false, '/v1beta/tunedModels/mine:generateContent'],
  ])('names %s, stream %s', (model, stream, path) => {
    expect(geminiPath(model, stream)).toBe(path);
  });

  it.each(['../../v1/files', 'models/../../x', 'a?key=b', 'a#b', '..', 'a/../b', '\ud800'])(
    'stays among the models whatever the model is called: %j',
    (model) => {
      const url = new URL(`https://h${geminiPath(model, false)}`);

      expect(url.pathname).toMatch(/^\/v1beta\/models\/[^/]+:generateContent$/);
      expect(url.search + url.hash).toBe('');
    },
  );

  it('takes out of the body what it says', () => {
    expect(geminiBody({ model: 'm', stream: true, contents: [] })).toEqual({ contents: [] });
  });
});
