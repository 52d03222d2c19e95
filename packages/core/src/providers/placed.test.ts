import { describe, expect, it } from 'vitest';
import { placed } from './placed.ts';

const HOST = {
  by: 'location',
  named: { global: 'g.example' },
  otherwise: '{location}-g.example',
} as const;

describe('placed', () => {
  it('puts the operator’s words into all addresses, and leaves the model’s place', () => {
    const provider = {
      baseUrl: { gemini: 'https://{host}/v1', 'openai-chat': 'https://{host}/v1' },
      host: HOST,
      endpoints: {
        gemini: {
          path: '/projects/{project}/{model}:a',
          streamPath: '/projects/{project}/{resourceName}:b',
          addressed: ['model'],
        },
      },
      modelList: { url: 'https://{location}.example/list' },
    } as const;

    expect(placed(provider, { location: 'eu-1', project: 'p' })).toEqual({
      ok: true,
      value: {
        baseUrl: {
          gemini: 'https://eu-1-g.example/v1',
          'openai-chat': 'https://eu-1-g.example/v1',
        },
        host: HOST,
        endpoints: {
          gemini: {
            path: '/projects/p/{model}:a',
            streamPath: '/projects/p/{resourceName}:b',
            addressed: ['model'],
          },
        },
        modelList: { url: 'https://eu-1.example/list' },
      },
    });
  });

  it('knows places whose host is called otherwise', () => {
    const provider = { baseUrl: { gemini: 'https://{host}' }, host: HOST };

    expect(placed(provider, { location: 'global' })).toMatchObject({
      value: { baseUrl: { gemini: 'https://g.example' } },
    });
  });

  it('says which word is missing', () => {
    const provider = { baseUrl: { gemini: 'https://{host}/{project}' }, host: HOST };

    expect(placed(provider, {})).toEqual({ ok: false, error: 'location' });
    expect(placed(provider, { location: 'global' })).toEqual({ ok: false, error: 'project' });
    expect(placed({ baseUrl: { gemini: 'https://h' } }, {}).ok).toBe(true);
  });
});
